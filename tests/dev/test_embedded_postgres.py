"""The embedded server starts when it is needed, stops when it is not, and loses nothing."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from cinfactors.dev import embedded_postgres
from cinfactors.dev.embedded_postgres import APP_ROLE, MAJOR_VERSION, OWNER_ROLE, running
from tests.programs import ROOT

ANOTHER_USER = """
import sys
from pathlib import Path
from cinfactors.dev.embedded_postgres import running
with running(Path(sys.argv[1]), throwaway=True):
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def folder():
    """Short enough for a socket, unlike pytest's own; and all may pass to it."""
    place = Path(tempfile.mkdtemp(prefix="pg"))
    yield place / "postgres"
    shutil.rmtree(place)


def postmaster(folder: Path) -> psutil.Process:
    lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
    return psutil.Process(int(lines[0]))


def is_stopped(folder: Path) -> bool:
    return not (folder / "data" / "postmaster.pid").exists()


def another_user(folder: Path) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_USER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def test_it_is_the_version_that_the_product_names(folder):
    with running(folder, throwaway=True) as server, server.connect(APP_ROLE) as connection:
        assert connection.info.server_version // 10_000 == MAJOR_VERSION


def test_it_stops_with_its_last_user(folder):
    with running(folder, throwaway=True):
        process = postmaster(folder)
        with running(folder, throwaway=True):
            assert postmaster(folder) == process
        assert process.is_running()
    assert is_stopped(folder)


def test_it_stays_for_another_process_that_uses_it(folder):
    with running(folder, throwaway=True):
        other = another_user(folder)
    try:
        assert postmaster(folder).is_running()
    finally:
        other.communicate("go\n")
    assert is_stopped(folder)


def test_data_persist_from_one_run_to_the_next(folder):
    with running(folder, throwaway=True) as server, server.connect(OWNER_ROLE) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 'a word' AS word")
    with running(folder, throwaway=True) as server, server.connect(APP_ROLE) as application:
        assert application.execute("SELECT word FROM kept").fetchall() == [("a word",)]


def test_a_server_whose_user_was_killed_is_taken_over_and_stopped(folder):
    other = another_user(folder)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    left = postmaster(folder)
    with running(folder, throwaway=True):
        assert postmaster(folder) == left
    assert is_stopped(folder)


def test_a_server_that_was_killed_starts_again(folder):
    with running(folder, throwaway=True):
        process = postmaster(folder)
        children = process.children()
        process.kill()
        psutil.wait_procs([process, *children], timeout=30)
        with running(folder, throwaway=True) as server, server.connect(APP_ROLE) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_another_programs_process_with_the_servers_number_is_left_alone(folder):
    with running(folder, throwaway=True):
        pass
    stale = [str(os.getpid()), str(folder / "data"), "0", "5432", str(folder / "data"), "", ""]
    (folder / "data" / "postmaster.pid").write_text("\n".join([*stale, "ready   ", ""]))
    with running(folder, throwaway=True) as server, server.connect(APP_ROLE) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_passwords_are_readable_by_their_owner_alone_and_each_is_another(folder):
    with running(folder, throwaway=True) as server:
        assert stat.S_IMODE((folder / "roles.json").stat().st_mode) == 0o600
        assert len(set(server.passwords.values())) == 3
        assert min(map(len, server.passwords.values())) >= 32
    assert not (folder / "superuser.password").exists()


def test_it_listens_at_no_network_address(folder):
    with running(folder, throwaway=True) as server:
        with server.connect() as superuser:
            assert superuser.execute("SHOW listen_addresses").fetchone() == ("",)
        assert postmaster(folder).net_connections(kind="inet") == []


def test_each_connection_needs_a_password(folder):
    with running(folder, throwaway=True) as server, server.connect() as superuser:
        rules = superuser.execute(
            "SELECT DISTINCT auth_method FROM pg_hba_file_rules ORDER BY 1"
        ).fetchall()
        assert rules == [("scram-sha-256",)]
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(host=str(server.socket_folder), user="postgres", passfile=os.devnull)


def test_its_log_keeps_no_statement(folder):
    with running(folder, throwaway=True) as server, server.connect() as superuser:
        with pytest.raises(psycopg.errors.DivisionByZero):
            superuser.execute("SELECT 'Invented Child', 1 / 0")
        assert "Invented Child" not in (folder / "data" / "server.log").read_text()


def test_a_real_one_writes_through_to_the_disk():
    assert not embedded_postgres.SETTINGS.keys() & {"fsync", "full_page_writes"}


def test_it_starts_in_a_folder_too_deep_for_a_socket(folder):
    deep = folder.parent / ("d" * 100) / "postgres"
    with running(deep, throwaway=True) as server:
        with server.connect(APP_ROLE) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        assert not server.socket_folder.is_relative_to(folder.parent)
    assert not server.socket_folder.exists()


def test_data_of_another_version_is_refused_with_what_to_do(folder):
    other = folder.parent / "older"
    (other / "data").mkdir(parents=True)
    (other / "data" / "PG_VERSION").write_text("17\n")
    with (
        pytest.raises(embedded_postgres.EmbeddedPostgresError, match="was made by PostgreSQL 17"),
        running(other),
    ):
        pass
