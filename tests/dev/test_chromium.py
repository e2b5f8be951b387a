"""The browser of the tests is found or installed, or it is said what to do."""

import os

import pytest

from tests.programs import python

INSTALL = """
from cinfactors.dev import chromium
from cinfactors.dev.install import InstallError
try:
    print("found", chromium.install())
except InstallError as error:
    print("failed", error)
"""


def program(path, *lines):
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path):
    """Variables under which no browser is to be found and none can be downloaded."""
    (tmp_path / "bin").mkdir()
    return {
        "PATH": str(tmp_path / "bin"),
        "HOME": str(tmp_path),
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "browsers"),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",
    }


def test_a_named_browser_is_used(nowhere, tmp_path):
    named = program(tmp_path / "my-browser", "echo 1.0")
    done = python("-c", INSTALL, **nowhere, CHROMIUM=str(named))
    assert done.stdout == f"found {named}\n"


def test_the_systems_browser_is_used(nowhere, tmp_path):
    found = program(tmp_path / "bin" / "chromium-browser", "echo 1.0")
    assert python("-c", INSTALL, **nowhere).stdout == f"found {found}\n"


def test_a_browser_that_does_not_start_is_passed_over(nowhere, tmp_path):
    program(tmp_path / "bin" / "chromium", "exit 127")
    found = program(tmp_path / "bin" / "google-chrome", "echo 1.0")
    assert python("-c", INSTALL, **nowhere).stdout == f"found {found}\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs Debian's package")
@pytest.mark.parametrize("package", ["chromium-headless-shell", "chromium"])
def test_root_installs_whichever_package_is_available(nowhere, tmp_path, package):
    there = tmp_path / "bin" / package
    program(
        tmp_path / "bin" / "apt-get",
        f'case "$*" in *" {package}") echo "#!/bin/sh" > {there}; /bin/chmod +x {there};; esac',
    )
    printed = python("-c", INSTALL, **nowhere).stdout.splitlines()
    assert printed == ["Installing Chromium with apt…", f"found {there}"]


def test_without_any_it_fails_and_says_what_to_do(nowhere):
    printed = python("-c", INSTALL, **nowhere).stdout
    assert "Downloading Playwright's Chromium…" in printed
    assert printed.splitlines()[-1] == (
        "failed The journeys need Chromium, and none could be installed. Install it (on Debian: "
        "apt install chromium) or name one: make test CHROMIUM=/path/to/chromium"
    )
