"""`make bench` has a browser before it measures anything."""

import os
import sys

import pytest

from cinfactors.dev import bench
from cinfactors.dev.install import InstallError


@pytest.fixture
def started(monkeypatch) -> list[list[str]]:
    """What `make bench` would have run in its own place."""
    commands = []
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(bench.assets, "build", lambda: None)
    monkeypatch.setattr(os, "execv", lambda program, command: commands.append(command))
    return commands


def test_the_measurements_are_given_the_browser_that_was_found_or_installed(started, monkeypatch):
    monkeypatch.setattr(bench.chromium, "install", lambda: "/a/browser")
    bench.main()
    assert started == [[sys.executable, "-m", "benchmarks"]]
    assert os.environ["CHROMIUM"] == "/a/browser"


def test_without_a_browser_nothing_is_measured(started, monkeypatch):
    def fails():
        raise InstallError("No browser could be installed.")

    monkeypatch.setattr(bench.chromium, "install", fails)
    with pytest.raises(SystemExit, match="No browser could be installed"):
        bench.main()
    assert started == []
