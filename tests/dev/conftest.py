from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cinfactors.dev import embedded_postgres
from cinfactors.dev.embedded_postgres import APP_ROLE, DATABASE, OWNER_ROLE
from tests.programs import ROOT

LEFT_OUT = ("var", ".venv", "node_modules", ".git", "__pycache__", ".*_cache", ".hypothesis")


@pytest.fixture(scope="module")
def server_without_roles() -> Iterator[embedded_postgres.Server]:
    """A PostgreSQL server that knows nothing of ours."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with embedded_postgres.running(folder, throwaway=True) as server:
        with server.connect(database="postgres") as superuser:
            superuser.execute("ALTER DATABASE template1 IS_TEMPLATE false")
            for made in (DATABASE, "template1"):
                superuser.execute(f"DROP DATABASE {made}")
            superuser.execute("CREATE DATABASE template1 TEMPLATE template0 IS_TEMPLATE true")
            superuser.execute(f"DROP ROLE {OWNER_ROLE}, {APP_ROLE}")
        yield server
    shutil.rmtree(folder)


def copy_to(folder: Path) -> Path:
    """Copy the product without anything that a run makes, but with what is installed already."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for installed in (".venv", "node_modules"):
        (folder / installed).symlink_to(ROOT / installed)
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A copy of the product in a folder that everybody can pass.

    Pytest's own temporary folder is closed to the system user that the server has when we are
    root.
    """
    place = Path(tempfile.mkdtemp(prefix="run"))
    place.chmod(0o755)
    yield copy_to(place / "cinfactors")
    shutil.rmtree(place)


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """`var` on a disk of its own, with a little more space than a new database takes."""
    var = folder / "var"
    var.mkdir()
    mount = ["/usr/bin/env", "mount", "-t", "tmpfs", "-o", "size=180m,mode=755", "none", var]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a disk")
    yield var
    subprocess.run(["/usr/bin/env", "umount", var], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the space there is."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        for size in (1024 * 1024, 4096, 1):
            try:
                while filler.write(b"x" * size):
                    pass
            except OSError:
                pass
    return disk / "filler"
