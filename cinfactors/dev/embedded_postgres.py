"""The default database: a real PostgreSQL from a wheel, with its data in a folder of ours.

The wheel has the programs; we start and stop them ourselves (`postmaster`), because the wheel's
own server class trusts every local connection, makes each parent folder readable to everyone and
stops the server when *it* believes that the last process has gone. Here:

- connections are by socket alone, and each needs a password (scram-sha-256); the passwords of
  the three roles are in `roles.json`, which only its owner can read;
- each process that uses the server has a shared lock on a file, which the system releases when
  the process ends, however it ends; the last one to leave stops the server;
- a server that outlived its processes (`kill -9`) is taken over by the next process.

Postgres refuses to run as root; for root it runs as a user of the system (`system_user`).
Linux and macOS only.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from cinfactors.dev import postmaster, system_user
from cinfactors.dev.install import InstallError
from cinfactors.dev.postmaster import MAJOR_VERSION, EmbeddedPostgresError

DATABASE = "cinfactors"
DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SUPERUSER = "postgres"
OWNER_ROLE = "cinfactors_owner"
APP_ROLE = "cinfactors_app"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "timezone": "Europe/London",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # statements may hold a child's name
    "log_error_verbosity": "terse",  # the detail of a refused row is the row
    "log_parameter_max_length_on_error": "0",
    "max_wal_size": "2GB",
    "jit": "off",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """A running server, and how to connect to it."""

    folder: Path
    socket_folder: Path
    passwords: dict[str, str]

    def url(self, role: str, database: str = DATABASE) -> str:
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://{role}:{self.passwords[role]}@{host}:5432/{database}"

    def connect(self, role: str = SUPERUSER, database: str = DATABASE) -> psycopg.Connection:
        return psycopg.connect(self.url(role, database), autocommit=True)

    def has_ended(self) -> bool:
        return postmaster.find(self.folder / "data") is None

    def start_again(self) -> None:
        """Start it where it has ended, at the same address.

        Raise EmbeddedPostgresError where another attempt may succeed, InstallError where none can.
        """
        if not (self.folder / "data" / "PG_VERSION").exists():
            raise InstallError(f"The database has stopped: its files are gone from {self.folder}.")
        with _exclusive(self.folder / "start.lock"):
            if self.has_ended():
                postmaster.launch(self.folder)


@contextmanager
def running(folder: Path, *, throwaway: bool = False) -> Iterator[Server]:
    """Run a server on the data in `folder`, made and started where needed, during the block.

    Any number of processes may use it at once. With `throwaway` the data need not survive a
    crash of the machine, and databases left by earlier runs are dropped at the start. Raise
    InstallError where it cannot be.
    """
    if "\n" in str(folder):
        raise EmbeddedPostgresError(f"PostgreSQL cannot use a folder with a line break: {folder}")
    if folder.is_symlink() and not folder.exists():
        raise EmbeddedPostgresError(
            f"{folder} is a link to {folder.readlink()}, which is not there. Bring that back, or "
            "remove the link to begin anew."
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        system_user.make()
        folder = system_user.place(folder)
        folder.mkdir(parents=True, exist_ok=True)
        users = (folder / "users.lock").open("a")
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The database's folder {folder} cannot be used: {error.strerror}. It must belong to "
            "the user who runs this, on a disk that can be written."
        ) from error
    with users:
        with _exclusive(folder / "start.lock"):
            server = _start(folder, throwaway)
            fcntl.flock(users, fcntl.LOCK_SH)
        process = os.getpid()
        try:
            yield server
        finally:
            if os.getpid() == process:  # a forked child leaves its parent's server alone
                _stop_if_last(folder, users)


def _start(folder: Path, throwaway: bool) -> Server:
    data = folder / "data"
    passwords = _passwords(folder / "roles.json")
    if system_user.name() and folder.stat().st_uid == 0:
        shutil.chown(folder, system_user.name())
    folder.chmod(0o700)
    if not (data / "PG_VERSION").exists():
        _initialise(folder, passwords, throwaway)
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(MAJOR_VERSION):
        raise EmbeddedPostgresError(
            f"{data} was made by PostgreSQL {found}; this version of cinfactors brings "
            f"{MAJOR_VERSION}. Move the data with pg_dump of the old version, or remove the folder."
        )
    started = not postmaster.is_running(data)
    if started:
        postmaster.launch(folder)
    server = Server(folder, Path(postmaster.pid_file(data)[4]), passwords)
    if not (folder / "complete").exists():
        _create_roles(server, may_create_databases=throwaway)
        (folder / "complete").touch()
    if started and throwaway:
        _drop_left_databases(server)
    return server


def _initialise(folder: Path, passwords: dict[str, str], throwaway: bool) -> None:
    """Make the cluster under another name, then rename it, so that none is ever incomplete."""
    making = folder / "data.making"
    shutil.rmtree(making, ignore_errors=True)
    password_file = folder / "superuser.password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(passwords[SUPERUSER])
    if system_user.name():
        shutil.chown(password_file, system_user.name())
    try:
        postmaster.run_initdb(
            f"--pgdata={making}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            folder=folder,
        )
    finally:
        password_file.unlink()
    chosen = SETTINGS | (THROWAWAY_SETTINGS if throwaway else {})
    lines = "".join(f"{name} = '{value}'\n" for name, value in chosen.items())
    with (making / "postgresql.conf").open("a") as configuration:
        configuration.write(f"\n# cinfactors\n{lines}")
    making.rename(folder / "data")
    (folder / "complete").unlink(missing_ok=True)


def _stop_if_last(folder: Path, users) -> None:
    """Stop the server unless another process uses it or is about to."""
    with _exclusive(folder / "start.lock"):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        postmaster.stop(folder)


def _create_roles(server: Server, *, may_create_databases: bool) -> None:
    """Create the role that owns and migrates, and the application's role, which owns nothing.

    The template database gets the grants too, and with it each new one, such as a test's.
    """
    with server.connect(database="postgres") as connection:
        roles = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER_ROLE])
        if roles.fetchone() is None:
            connection.execute((DEPLOY / "roles.sql").read_bytes())
        for role in (OWNER_ROLE, APP_ROLE):
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(server.passwords[role])
                )
            )
        if may_create_databases:
            connection.execute(f"ALTER ROLE {OWNER_ROLE} CREATEDB")
        grant(server, "template1")
        databases = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if databases.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}")
        grant(server, DATABASE)


def grant(server: Server, database: str) -> None:
    """Grant the application's role what it needs in a database."""
    with server.connect(database=database) as connection:
        connection.execute((DEPLOY / "grants.sql").read_bytes())


def _drop_left_databases(server: Server) -> None:
    with server.connect(database="postgres") as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test%'")
        for (name,) in left.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _passwords(path: Path) -> dict[str, str]:
    if not path.exists():
        made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER_ROLE, APP_ROLE)}
        unfinished = path.with_suffix(".making")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(made, indent=2))
        unfinished.rename(path)
    return json.loads(path.read_text())


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
