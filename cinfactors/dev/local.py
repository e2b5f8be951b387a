"""The local installation, which `make run` makes and `manage.py` uses afterwards.

It serves http on a loopback address with the embedded database, its secrets under var/.
A deployment has none of this: there, every variable comes from the environment.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cinfactors.web.loopback import LOOPBACK_NAMES, is_loopback

if TYPE_CHECKING:
    from cinfactors.dev.embedded_postgres import Server

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = BASE_DIR / "var"
POSTGRES = VAR / "postgres"
SECRET_KEY = VAR / "secret-key"
OWNER_COMMANDS = frozenset(
    {
        "createcachetable",
        "flush",
        "make_demo",  # sets sequences and gathers statistics after loading rows in bulk
        "makemigrations",
        "migrate",
        "showmigrations",
        "sqlmigrate",
    }
)
"""Commands that need the role that owns the tables; all others run as the application's role."""


def exists() -> bool:
    return SECRET_KEY.exists()


@contextmanager
def environment(environ: MutableMapping[str, str] = os.environ) -> Iterator[Server | None]:
    """Set the variables that `environ` lacks, and run the embedded database, given, meanwhile.

    If `environ` names a database, that is used instead and none is started.
    """
    if "SECRET_KEY" not in environ:
        environ["SECRET_KEY"] = secret_key()
    if "ALLOWED_HOSTS" not in environ:
        environ["ALLOWED_HOSTS"] = ",".join((*LOOPBACK_NAMES, *_another_spelling(environ)))
        environ.setdefault("HTTPS", "off")
        # Trying the product takes no second device.
        environ.setdefault("SECOND_FACTOR_REQUIRED", "off")
    environ.setdefault("AUTHORITY_NAME", "Exampleshire County Council")
    environ.setdefault("LEA", "000")
    if "DATABASE_URL" in environ:
        yield None
        return
    from cinfactors.dev import embedded_postgres

    with embedded_postgres.running(POSTGRES) as server:
        environ["DATABASE_URL"] = server.url(embedded_postgres.APP_ROLE)
        environ["MIGRATION_DATABASE_URL"] = server.url(embedded_postgres.OWNER_ROLE)
        yield server


def serves_plain_http(environ: MutableMapping[str, str] = os.environ) -> bool:
    """Return whether HTTPS is off, or is to be switched off by `environment`."""
    return environ.get("HTTPS", "on" if "ALLOWED_HOSTS" in environ else "off").strip() == "off"


def _another_spelling(environ: MutableMapping[str, str]) -> list[str]:
    host = environ.get("HOST", "").strip("[] ")
    name = f"[{host}]" if ":" in host else host
    return [name] if is_loopback(name) and name not in LOOPBACK_NAMES else []


def choose_role(command: str, environ: MutableMapping[str, str] = os.environ) -> None:
    """Let a command that changes tables connect as their owner, where one is configured."""
    if command in OWNER_COMMANDS and "MIGRATION_DATABASE_URL" in environ:
        environ["DATABASE_URL"] = environ["MIGRATION_DATABASE_URL"]


def secret_key(path: Path = SECRET_KEY) -> str:
    """Return the key of this installation, made at first use and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(50))
        unfinished.rename(path)
    return path.read_text()
