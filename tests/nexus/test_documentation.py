"""Every variable, command and route is documented where people look for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from tests.conftest import needs

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / ".env.example"
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*_(?:URL|DIR)|NEXUS_[A-Z_]+")
# Read by docker-compose.yml, which makes addresses of them.
OF_COMPOSE = {"POSTGRES_PASSWORD", "RABBITMQ_PASSWORD"}


def variables_read() -> set[str]:
    """The names that env.py and settings.py pass to a function."""
    calls = [
        node
        for name in ("env.py", "settings.py")
        for node in ast.walk(ast.parse((ROOT / "nexus" / name).read_text()))
        if isinstance(node, ast.Call)
    ]
    names = [
        argument.value
        for call in calls
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    return {name for name in names if VARIABLE.fullmatch(name)}


def variables_in_example() -> set[str]:
    """The names that .env.example sets, be it in a comment."""
    lines = re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", EXAMPLE.read_text(), re.MULTILINE)
    return set(lines)


def documentation() -> str:
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    needs("README.md", found=files[0].exists())
    return "\n".join(file.read_text() for file in files)


def commands() -> list[str]:
    apps = get_commands()
    return sorted(name for name, app in apps.items() if app in {"nexus", "notes"})


def routes() -> list[str]:
    """Every address of Nexus's own, with <> for each part that varies."""
    return sorted({f"/{route}" for route in walk(get_resolver().url_patterns)})


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield without_names(route)
        elif pattern.namespace != "admin":
            yield from walk(pattern.url_patterns, route)


def without_names(text: str) -> str:
    return re.sub(r"<[^<>\s]*>", "<>", text)


def test_the_test_sees_variables_commands_and_routes() -> None:
    assert {"DATABASE_URL", "NEXUS_DATA_DIR", "NEXUS_DEBUG"} <= variables_read()
    assert {"up", "relay", "import_readme"} <= set(commands())
    assert {"/", "/h/<>/notes/new/", "/login/"} <= set(routes())


def test_every_variable_that_is_read_stands_in_the_example() -> None:
    needs(".env.example", found=EXAMPLE.exists())
    assert variables_read() - variables_in_example() == set()


def test_the_example_names_no_variable_that_nobody_reads() -> None:
    needs(".env.example", found=EXAMPLE.exists())
    compose = (ROOT / "docker-compose.yml").read_text()
    read_by_compose = set(re.findall(r"\$\{([A-Z_]+)", compose))
    assert variables_in_example() - variables_read() - read_by_compose == set()
    assert read_by_compose >= OF_COMPOSE


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert f"manage.py {command}" in documentation()


@pytest.mark.parametrize("route", routes())
def test_every_route_is_documented(route: str) -> None:
    """Write it in backquotes with any name in its brackets: `/h/<slug>/readme/`."""
    assert f"`{route}`" in without_names(documentation())


@pytest.mark.parametrize("document", ["patterns.md", "guarantees.md"])
def test_every_place_in_the_code_that_a_document_names_exists(document: str) -> None:
    text = (ROOT / "docs" / document).read_text()
    places = re.findall(r"`((?:nexus|notes|tasks|tests)/[\w/]+\.py)(?:::(\w+))?`", text)
    assert places
    missing = [f"{file}::{name}" for file, name in places if not stands(file, name)]
    assert missing == []


def stands(file: str, name: str) -> bool:
    path = ROOT / file
    if not path.exists():
        return False
    return (
        re.search(rf"\b(?:def|class) {name}\b" if name else "", path.read_text())
        is not None
    )
