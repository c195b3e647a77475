"""Recognises the signs that people put before a line as if it were a list item."""

from __future__ import annotations

import re

# Arrows, technical signs, shapes, dingbats, emoji; box-drawing is left out on purpose:
# it draws folder trees.
_SIGN = (
    r"[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u2981"
    r"\U0001f000-\U0001faff]"
)
_EMOJI = (
    rf"(?:{_SIGN}[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]*"
    rf"(?:\u200d{_SIGN}[\ufe0f\U0001f3fb-\U0001f3ff]*)*|[0-9#*]\ufe0f?\u20e3)"
)
SYMBOL = rf"(?:{_EMOJI}{{1,3}})"
_DOT = r"[\u2022\u2023\u2043\u2219\u25e6\u00b7\u2013\u2014]|\\[-*+]"
LINE_MARKER = re.compile(rf"(?P<sign>{SYMBOL}|{_DOT})(?P<gap>[ \t]+)(?=\S)")
