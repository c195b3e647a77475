"""Nexus's own settings on a data folder that goes when the tests end."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

FOLDER = tempfile.mkdtemp(prefix="nexus-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
for _name in ("NEXUS_BROKER_URL", "NEXUS_CACHE_URL", "EMAIL_URL", "NEXUS_BASE_URL"):
    os.environ.pop(_name, None)
os.environ["NEXUS_DATA_DIR"] = FOLDER
os.environ["DATABASE_URL"] = os.environ.get("NEXUS_TESTS_DATABASE_URL", "")

from nexus.settings import *  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
