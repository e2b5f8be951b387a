"""The database that every test process copies: migrated once, not once in each of them.

It stays in the tests' server until a file changes from which it might have been made.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from psycopg import sql

from tests.settings import server

ROOT = Path(__file__).resolve().parents[1]
MADE_FROM = ("assessments", "cinfactors", "deploy", "requirements-dev.txt", "tests/settings.py")
PREFIX = "migrated_"


def database() -> str:
    """Return the name of a migrated database that nobody is connected to, made where it is not.

    Connect as the owner of the tables before.
    """
    name = PREFIX + _fingerprint()
    with server.connect(database="postgres") as superuser:
        # Another process waits here, and then finds it. The lock ends with the connection.
        superuser.execute("SELECT pg_advisory_lock(1)")
        found = superuser.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
        ).fetchall()
        if (name,) in found:
            return name
        for (other,) in found:
            superuser.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(other)))
        _migrate(f"test_{name}")
        superuser.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(f"test_{name}"), sql.Identifier(name)
            )
        )
    return name


def _migrate(name: str) -> None:
    """Make a database of this name with all migrations applied."""
    before = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _fingerprint() -> str:
    """Return what is another as soon as a file of the product is."""
    digest = hashlib.sha256()
    for path in sorted(file for each in MADE_FROM for file in _files(ROOT / each)):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [each for each in place.rglob("*") if each.is_file() and "__pycache__" not in each.parts]
