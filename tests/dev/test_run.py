"""`make run` as a person uses it: in a folder of their own, from a terminal, until Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError, URLError

import psutil
import psycopg
import pytest

from cinfactors.dev.embedded_postgres import APP_ROLE, OWNER_ROLE, SUPERUSER
from cinfactors.dev.system_user import ELSEWHERE
from tests.dev.conftest import copy_to, fill


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def make_run(folder, port, **variables):
    """The process once it has printed how to stop, and all that it printed until then.

    In a session of its own, as a terminal would have it, so that Ctrl-C reaches all of it.
    """
    process = subprocess.Popen(
        ["/usr/bin/env", "make", "run"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PORT": port} | variables,
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


def status(port: str, path: str) -> int:
    """What it answers with, 0 where nothing listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status
    except HTTPError as answer:
        return answer.code
    except URLError:
        return 0


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def postmaster(folder) -> psutil.Process:
    lines = (folder / "var" / "postgres" / "data" / "postmaster.pid").read_text().splitlines()
    return psutil.Process(int(lines[0]))


def part(process, module: str) -> psutil.Process:
    """The one process of the run that runs this module."""
    family = psutil.Process(process.pid).children(recursive=True)
    named = []
    for each in family:
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            if module in each.cmdline():
                named.append(each)
    found, *workers = named
    assert all(worker.parent() == found for worker in workers)
    return found


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


def test_a_first_run_that_was_killed_leaves_nothing_half_made(folder):
    port = free_port()
    killed = subprocess.Popen(
        ["/usr/bin/env", "make", "run"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PORT": port},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in killed.stdout:
        if line.startswith("Making invented records"):
            break
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert [path.name for path in (folder / "var").glob("demo-accounts*")] == []
    with make_run(folder, port) as (process, printed):
        assert "Making invented records" in printed
        assert status(port, "/readyz") == 200
        assert len(json.loads((folder / "var" / "demo-accounts.json").read_text())) == 7
        press_ctrl_c(process)
    assert no_server_is_left(folder)


@pytest.fixture(scope="module")
def installation():
    """A folder in which it has run before, for tests that leave it as it was."""
    place = Path(tempfile.mkdtemp(prefix="run"))
    place.chmod(0o755)
    copied = copy_to(place / "cinfactors")
    with make_run(copied, free_port()) as (process, _):
        press_ctrl_c(process)
    yield copied
    shutil.rmtree(place)


def run_before(folder: Path, installation: Path) -> Path:
    """Give a folder all that a run in another has made there."""
    (folder / "var").mkdir(exist_ok=True)
    # With its owners: the database's files are not root's.
    made = f"{installation / 'var'}/."
    subprocess.run(["/usr/bin/env", "cp", "-a", made, folder / "var"], check=True)
    return folder


def sentences(printed: str) -> list[str]:
    """What is said to the person in front of it: the lines that are no log."""
    return [line for line in printed.splitlines() if not line.startswith("{")]


def memory(process: psutil.Process) -> bytes:
    """All that the process can read and write, and its environment."""
    found = [Path(f"/proc/{process.pid}/environ").read_bytes()]
    with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{process.pid}/maps").read_text().splitlines():
            addresses, permissions, *_ = line.split()
            start, end = (int(address, 16) for address in addresses.split("-"))
            if permissions.startswith("rw"):
                memory.seek(start)
                with suppress(OSError):  # the kernel's own
                    found.append(memory.read(end - start))
    return b"".join(found)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read where Linux shows it")
def test_the_web_processes_know_the_applications_password_alone(installation):
    port = free_port()
    with make_run(installation, port) as (process, _):
        assert status(port, "/readyz") == 200
        passwords = json.loads((installation / "var" / "postgres" / "roles.json").read_text())
        accounts = json.loads((installation / "var" / "demo-accounts.json").read_text())
        web = part(process, "cinfactors.dev.serve")
        # Two that answer requests, and the one that watches what does long work.
        wait_until(lambda: len(web.children()) == 3)
        workers = web.children()
        for _ in range(8):  # so that both have answered with the database
            assert status(port, "/readyz") == 200
        for each in (web, *workers):
            known = memory(each)
            assert passwords[APP_ROLE].encode() in known
            assert passwords[OWNER_ROLE].encode() not in known
            assert passwords[SUPERUSER].encode() not in known
            assert not [one for one in accounts if one["password"].encode() in known]
        # So that the search is known to find what is there.
        assert passwords[OWNER_ROLE].encode() in memory(part(process, "cinfactors.dev.run"))
        press_ctrl_c(process)


def test_pages_come_back_when_the_database_was_killed(installation):
    port = free_port()
    with make_run(installation, port) as (process, _):
        for _ in range(2):
            killed = postmaster(installation)
            killed.kill()
            wait_until(lambda killed=killed: not killed.is_running())
            wait_until(lambda: status(port, "/readyz") == 200)
            assert status(port, "/account/sign-in/") == 200
            assert postmaster(installation) != killed
        assert sentences(press_ctrl_c(process)) == [
            "The database has stopped, and pages cannot be shown. It is started again.",
            *["The database runs again."] * 2,
        ]
    assert no_server_is_left(installation)


def test_it_ends_with_a_sentence_when_the_database_is_gone(folder, installation):
    with make_run(run_before(folder, installation), free_port()) as (process, _):
        shutil.rmtree(folder / "var" / "postgres" / "data")
        for each in psutil.process_iter(["name", "cmdline"]):
            if str(folder / "var" / "postgres" / "data") in (each.info["cmdline"] or []):
                each.kill()
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"The database has stopped: its files are gone from {folder}/var/postgres." in rest
    assert "Traceback" not in rest


def test_a_disk_that_was_full_and_is_not_any_more_heals_by_itself(folder, small_disk, installation):
    port = free_port()
    with make_run(run_before(folder, installation), port) as (process, _):
        filler = fill(small_disk)
        passwords = json.loads((small_disk / "postgres" / "roles.json").read_text())
        owner = psycopg.connect(
            host=str(small_disk / "postgres" / "data"),
            user=OWNER_ROLE,
            password=passwords[OWNER_ROLE],
            dbname="cinfactors",
            autocommit=True,
        )
        # What the database writes first of every change, until there is no space for it.
        with pytest.raises(psycopg.OperationalError):
            owner.execute(
                "DO $$ BEGIN LOOP "
                "PERFORM pg_logical_emit_message(false, 'x', repeat('x', 1000000)); "
                "END LOOP; END $$"
            )
        owner.close()
        for line in process.stdout:
            if line.startswith(f"The disk of {small_disk}/postgres is full"):
                break
        assert status(port, "/readyz") == 503
        filler.unlink()
        wait_until(lambda: status(port, "/readyz") == 200)
        assert status(port, "/account/sign-in/") == 200
        assert sentences(press_ctrl_c(process)) == ["The database runs again."]
    assert no_server_is_left(folder)


def tasks(process) -> psutil.Process | None:
    """What does long work, if it runs at this moment."""
    for each in part(process, "cinfactors.task_worker").children():
        with suppress(psutil.NoSuchProcess):
            if "run_tasks" in each.cmdline():
                return each
    return None


def test_what_does_long_work_is_started_again_when_it_was_killed(installation):
    with make_run(installation, free_port()) as (process, _):
        wait_until(lambda: tasks(process) is not None)
        first = tasks(process)
        first.kill()
        wait_until(lambda: tasks(process) not in (None, first))
        assert press_ctrl_c(process) == ""
    assert no_server_is_left(installation)


def test_it_is_left_to_others_where_the_settings_say_so(installation):
    with make_run(installation, free_port(), RUN_TASKS="off") as (process, _):
        web = part(process, "cinfactors.dev.serve")
        wait_until(lambda: len(web.children()) == 2)
        assert all("cinfactors.dev.serve" in each.cmdline() for each in web.children())


def test_nothing_serves_any_more_when_the_run_was_killed(installation):
    port = free_port()
    with make_run(installation, port) as (process, _):
        web = part(process, "cinfactors.dev.serve")
        workers = web.children()
        part(process, "cinfactors.dev.run").kill()
        assert psutil.wait_procs([web, *workers], timeout=30)[1] == []
        assert status(port, "/healthz") == 0
        process.communicate(timeout=30)
    with make_run(installation, port) as (process, _):  # with the database that was left
        assert status(port, "/readyz") == 200
        press_ctrl_c(process)
    assert no_server_is_left(installation)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_stop_it_leave_nothing_running_either(installation, number):
    with make_run(installation, free_port()) as (process, _):
        family = psutil.Process(process.pid).children(recursive=True)
        for _ in range(2):  # twice, as the impatient do
            part(process, "cinfactors.dev.run").send_signal(number)
        rest, _ = process.communicate(timeout=30)
        assert (process.returncode, rest) == (0, "")
        assert psutil.wait_procs(family, timeout=10)[1] == []
    assert no_server_is_left(installation)


def run_refused(folder, **variables: str) -> str:
    """What it says instead of running."""
    done = subprocess.run(
        ["/usr/bin/env", "make", "run"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_address_that_other_machines_reach_is_refused_before_anything_slow(folder):
    for host in ("0.0.0.0", "::"):  # noqa: S104
        assert f"HOST={host} is open to other machines" in run_refused(folder, HOST=host)
    assert not (folder / "var" / "postgres").exists()


def test_another_loopback_address_is_served(installation):
    port = free_port()
    with make_run(installation, port, HOST="127.0.0.2") as (process, printed):
        assert f"cinfactors is at http://127.0.0.2:{port}/" in printed
        with urllib.request.urlopen(f"http://127.0.0.2:{port}/account/sign-in/") as answer:
            assert answer.status == 200
        press_ctrl_c(process)


def test_a_folder_that_cannot_be_written_is_named(folder):
    (folder / "var").write_text("in the way")
    assert f"{folder}/var cannot be written: File exists." in run_refused(folder)


def test_a_disk_that_is_read_only_is_named(folder, small_disk):
    subprocess.run(["/usr/bin/env", "mount", "-o", "remount,ro", small_disk], check=True)
    assert f"{small_disk} cannot be written: Read-only file system." in run_refused(folder)


HOSTILE = """team's $(touch x) `touch y` "z" 100%41 \\ ü, & ;"""


def test_it_runs_in_a_folder_of_any_name_and_runs_no_part_of_the_name():
    place = Path(tempfile.mkdtemp(prefix="run"))
    place.chmod(0o755)
    folder = copy_to(place / HOSTILE)
    port = free_port()
    with make_run(folder, port) as (process, _):
        assert status(port, "/readyz") == 200
        page = read(port, "/account/sign-in/")
        assert ".govuk-checkboxes" in read(port, re.search(r"/static/pages\.\w+\.css", page)[0])
        assert press_ctrl_c(process) == ""
    assert no_server_is_left(folder)
    assert list(place.iterdir()) == [folder]
    assert not {"x", "y"} & {path.name for path in folder.rglob("*")}
    shutil.rmtree(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user has no system user beside it")
def test_root_runs_it_in_a_closed_folder_and_the_folder_stays_closed():
    place = Path(tempfile.mkdtemp(prefix="run"))  # closed to others, as /root is
    folder = copy_to(place / "cinfactors")
    port = free_port()
    with make_run(folder, port) as (process, printed):
        assert status(port, "/readyz") == 200
        data = (folder / "var" / "postgres").readlink()
        assert data.is_relative_to(ELSEWHERE)
        assert f"cannot pass {place}: the database's files are in {data}," in printed
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert press_ctrl_c(process) == ""
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    with make_run(folder, port) as (process, printed):
        assert status(port, "/readyz") == 200
        assert "cannot pass" not in printed
        press_ctrl_c(process)
    assert no_server_is_left(folder)
    shutil.rmtree(place)
    shutil.rmtree(data)


def test_a_folder_in_which_python_makes_no_environment_is_named(folder):
    named = folder.rename(folder.with_name("a:b"))
    (named / ".venv").unlink()
    says = run_refused(named)
    assert (
        f"Python makes no virtual environment in a folder with a ':' in its name: {named}" in says
    )
