"""`make run` as a person uses it: in a folder of their own, from a terminal, until Ctrl-C."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.programs import ROOT

LEFT_OUT = ("var", ".venv", "node_modules", ".git", "__pycache__", ".*_cache", ".hypothesis")


@pytest.fixture
def folder():
    """The product without anything that a run makes, but with what is installed already.

    Not in pytest's own temporary folder, which each new run of pytest closes to the system user
    that the server has when we are root.
    """
    place = Path(tempfile.mkdtemp(prefix="run"))
    copy = place / "cinfactors"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for installed in (".venv", "node_modules"):
        (copy / installed).symlink_to(ROOT / installed)
    yield copy
    shutil.rmtree(place)


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def make_run(folder, port):
    """The process once it has printed how to stop, and all that it printed.

    In a session of its own, as a terminal would have it, so that Ctrl-C reaches all of it.
    """
    process = subprocess.Popen(
        ["/usr/bin/env", "make", "run"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PORT": port},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    printed = ""
    try:
        for line in process.stdout:
            printed += line
            if line.startswith("Press Ctrl-C to stop."):
                break
        assert "Press Ctrl-C to stop." in printed, printed
        yield process, printed
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
        process.stdout.close()


def seconds_of_work(process) -> float:
    """Of a processor, by all that was started: what it takes where nothing else is running."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(sum(member.cpu_times()[:4]) for member in family)


def press_ctrl_c(process) -> str:
    """What is printed after it; fails unless everything is gone soon."""
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert psutil.wait_procs(children, timeout=10)[1] == []
    # make itself ends by the signal, as a shell expects of it: 130 there.
    assert process.returncode in {0, -signal.SIGINT, 130}
    return rest


def read(port: str, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.read().decode()


def no_server_is_left(folder) -> bool:
    return not (folder / "var" / "postgres" / "data" / "postmaster.pid").exists()


def test_a_fresh_folder_runs_stops_and_runs_again_with_all_it_kept(folder):
    port = free_port()
    with make_run(folder, port) as (process, printed):
        assert f"cinfactors is at http://127.0.0.1:{port}/" in printed
        assert read(port, "/readyz") == "ok"
        page = read(port, "/account/sign-in/")
        style = re.search(r'href="(/static/pages\.\w+\.css)"', page)[1]
        assert ".govuk-checkboxes" in read(port, style)
        accounts = folder / "var" / "demo-accounts.json"
        assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
        first = accounts.read_text()
        for account in json.loads(first):
            assert account.keys() == {"username", "password", "role", "name", "team"}
            assert f"  {account['username']} " in printed
            assert account["password"] not in printed
        assert press_ctrl_c(process).strip() == ""
    assert no_server_is_left(folder)

    with make_run(folder, port) as (process, printed):
        assert seconds_of_work(process) < 10
        assert "…" not in printed  # no slow step
        assert accounts.read_text() == first
        assert read(port, "/readyz") == "ok"
        assert press_ctrl_c(process).strip() == ""
    assert no_server_is_left(folder)


def test_an_address_in_use_is_reported_before_anything_slow(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            ["/usr/bin/env", "make", "run"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PORT": port},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 2
    assert f"Something serves 127.0.0.1:{port} already." in done.stderr
    assert "PORT=8001" in done.stderr
    assert not (folder / "var" / "postgres").exists()
