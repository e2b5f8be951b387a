"""The browser of tests and benchmarks: find a Chromium, or install one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from cinfactors.dev.install import InstallError, say

SHELL = "chromium-headless-shell"
"""Debian's Chromium without a window: the same engine, faster by a third."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def path() -> str | None:
    """Return a Chromium that starts, if any: CHROMIUM, then the system's, then Playwright's."""
    return next((each for each in _candidates() if each and _starts(each)), None)


def _candidates() -> Iterator[str | None]:
    yield os.environ.get("CHROMIUM")
    yield from map(shutil.which, NAMES)
    # Last, since Playwright takes seconds to start.
    yield _of_playwright()


def install() -> str:
    """Return the path of a Chromium, installing one if needed; raise InstallError if that fails."""
    found = path()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium with apt")
        quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL, **quiet)
        for package in (SHELL, "chromium"):
            subprocess.run(
                ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
                stdout=subprocess.DEVNULL,
                **quiet,
            )
            found = path()
            if found:
                break
    if found is None:
        say("Downloading Playwright's Chromium")
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
        found = path()
    if found is None:
        raise InstallError(
            "The journeys need Chromium, and none could be installed. Install it (on Debian: "
            "apt install chromium) or name one: make test CHROMIUM=/path/to/chromium"
        )
    return found


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        executable = playwright.chromium.executable_path
    return executable if Path(executable).exists() else None


def _starts(executable: str) -> bool:
    try:
        done = subprocess.run([executable, "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
