"""As root: the system user that PostgreSQL runs as, since it refuses to run as root itself.

That user cannot pass a folder that is closed to others, such as /root. No folder is opened to
it: what it needs then stands in `ELSEWHERE`. What is made there is said once, on standard error.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cinfactors.dev.install import InstallError

SYSTEM_USER = "pgserver"
ELSEWHERE = Path("/var/lib/cinfactors")


def name() -> str | None:
    """Return the system user that the server runs as if we are root, else None."""
    return SYSTEM_USER if os.geteuid() == 0 else None


def number() -> int:
    """Return the number of the user that the server runs as."""
    return pwd.getpwnam(SYSTEM_USER).pw_uid if name() else os.geteuid()


def switch() -> dict[str, Any]:
    """Return how `subprocess` starts a program as that user."""
    user = name()
    return {"user": user, "group": user, "extra_groups": []} if user else {}


def make() -> None:
    """Make the user where it is needed and missing; raise InstallError."""
    if name() is None:
        return
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    else:
        return
    try:
        subprocess.run(
            ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        reason = str(getattr(error, "stderr", "") or error).strip()
        raise InstallError(
            f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} that would run "
            f"it could not be made: {reason}. Run as another user, or set DATABASE_URL."
        ) from error
    _say(f"PostgreSQL refuses to run as root: made the system user {SYSTEM_USER}, which runs it.")


def place(folder: Path) -> Path:
    """Return where the server's files stand: in `folder`, or elsewhere with a link to it there.

    Raise InstallError where there are files in `folder` already that the user cannot reach.
    """
    real = folder.resolve()
    closed = _closed_parents(real)
    if not closed:
        return real
    if (real / "data").exists():
        moved = shlex.quote(str(ELSEWHERE / folder.name))
        raise InstallError(
            f"The database is in {real}, and the system user {SYSTEM_USER}, which runs PostgreSQL "
            f"for root, cannot pass {closed[0]}. Let it pass:\n"
            f"    chmod o+x {' '.join(shlex.quote(str(each)) for each in closed)}\n"
            f"or move the database to where it can:\n"
            f"    mkdir -p {shlex.quote(str(ELSEWHERE))} && "
            f"mv {shlex.quote(str(real))} {moved} && ln -s {moved} {shlex.quote(str(real))}"
        )
    made = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=_elsewhere()))
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)  # it has no database; an earlier start may have been interrupted
    try:
        folder.symlink_to(made)
    except FileExistsError:  # another process was faster
        made.rmdir()
        return folder.resolve()
    _say(
        f"The system user {SYSTEM_USER} cannot pass {closed[0]}: the database's files are in "
        f"{made}, and {folder} is a link to them. To begin anew, remove both."
    )
    return made


def programs(installed: Path) -> Path:
    """Return the folder of the programs, or that of a copy which the user can run."""
    if name() is None:
        return installed
    mode = (installed / "postgres").stat().st_mode
    if not _closed_parents(installed / "postgres") and mode & 0o005 == 0o005:
        return installed
    with (installed / "postgres").open("rb") as program:
        digest = hashlib.file_digest(program, "sha256").hexdigest()
    copied = ELSEWHERE / f"programs-{digest[:16]}"
    if not copied.exists():
        making = Path(tempfile.mkdtemp(prefix="making-", dir=_elsewhere()))
        copy_programs(installed, making)
        try:
            making.rename(copied)
        except OSError:
            shutil.rmtree(making)
            if not copied.exists():
                raise
        else:
            _say(f"The same user cannot run {installed}: a copy is in {copied}.")
    return copied / installed.relative_to(installed.parents[2])


def copy_programs(installed: Path, folder: Path) -> Path:
    """Copy the programs with all that they need, for everybody to run; return their new folder."""
    package = installed.parents[1]
    # The libraries that they share stand beside the package, or in it on macOS.
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(
                part,
                folder / part.name,
                symlinks=True,
                ignore=shutil.ignore_patterns("include", "__pycache__", "pginstall"),
            )
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.parent.name == "bin"
            path.chmod(path.stat().st_mode | (0o555 if runs else 0o444))
    return folder / installed.relative_to(installed.parents[2])


def _closed_parents(path: Path) -> list[Path]:
    """Return the folders, from the top, that the system user cannot pass on the way to `path`."""
    if name() is None:
        return []
    return [each for each in reversed(path.parents) if not each.stat().st_mode & 0o001]


def _elsewhere() -> Path:
    try:
        if not ELSEWHERE.exists():
            ELSEWHERE.mkdir(parents=True)
            ELSEWHERE.chmod(0o755)  # whatever the umask
    except OSError as error:
        raise InstallError(
            f"The system user {SYSTEM_USER} cannot reach this folder, and {ELSEWHERE} cannot be "
            f"made for it: {error.strerror}. Run as another user, or set DATABASE_URL."
        ) from error
    return ELSEWHERE


def _say(sentence: str) -> None:
    # Not on standard output, which may be what a command was asked for.
    print(sentence, file=sys.stderr, flush=True)
