"""Make the virtual environment, with the packages that a requirements file pins by hash."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
INCLUDES = {"requirements-dev.txt": ["requirements.txt"], "requirements.txt": []}
"""Which files each one includes whole."""


class InstallError(Exception):
    """A step has failed; the message says which, and what to do."""


def say(step: str) -> None:
    """Print one line about a step that takes a while."""
    print(f"{step}…", flush=True)


def require_writable(folder: Path) -> None:
    """Make the folder where it is missing; raise InstallError unless files can be made in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise InstallError(
            f"{folder} cannot be written: {error.strerror}. What is installed, built and recorded "
            "is kept there: let the user who runs this write to it, or use a copy elsewhere."
        ) from error


def environment(requirements: str) -> None:
    """Make .venv where it is missing, and install what has changed since the last time.

    Raise InstallError, also where `var` cannot be written.
    """
    require_writable(BASE_DIR / "var")
    if not _works(PYTHON):
        say("Making a virtual environment in .venv")
        _make()
    stamp = _stamp(requirements)
    fingerprint = _fingerprint(requirements)
    if not stamp.exists() or stamp.read_text() != fingerprint:
        say(f"Installing the packages of {requirements}")
        _install(requirements)
        for name in (requirements, *INCLUDES[requirements]):
            _stamp(name).write_text(_fingerprint(name))


def _works(python: Path) -> bool:
    command = [python, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def _make() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True
    )
    if made.returncode and os.pathsep in str(VENV):
        raise InstallError(
            f"Python makes no virtual environment in a folder with a {os.pathsep!r} in its name: "
            f"{BASE_DIR}. Rename it, or use a copy elsewhere."
        )
    if made.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise InstallError(
            f"{sys.executable} could not make a virtual environment:\n{made.stdout}{made.stderr}\n"
            f"On Debian and Ubuntu, install the module that makes them and try again:\n"
            f"    apt install python{version}-venv"
        )


def _install(requirements: str) -> None:
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--requirement", BASE_DIR / requirements]
    installed = subprocess.run(command, capture_output=True, text=True)
    if installed.returncode:
        raise InstallError(
            f"{installed.stdout}{installed.stderr}\n"
            f"The packages of {requirements} could not be installed; pip says why above. "
            "It needs a way to PyPI or a mirror of it."
        )


def _stamp(requirements: str) -> Path:
    return VENV / f"{requirements}.installed"


def _fingerprint(requirements: str) -> str:
    return hashlib.sha256((BASE_DIR / requirements).read_bytes()).hexdigest()
