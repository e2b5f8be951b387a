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

from cinfactors.dev import embedded_postgres, postmaster, system_user
from cinfactors.dev.embedded_postgres import APP_ROLE, OWNER_ROLE, running
from cinfactors.dev.install import InstallError
from cinfactors.dev.postmaster import MAJOR_VERSION
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
    place.chmod(0o755)
    yield place / "postgres"
    shutil.rmtree(place)


def server_process(folder: Path) -> psutil.Process:
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
        process = server_process(folder)
        with running(folder, throwaway=True):
            assert server_process(folder) == process
        assert process.is_running()
    assert is_stopped(folder)


def test_it_stays_for_another_process_that_uses_it(folder):
    with running(folder, throwaway=True):
        other = another_user(folder)
    try:
        assert server_process(folder).is_running()
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
    left = server_process(folder)
    with running(folder, throwaway=True):
        assert server_process(folder) == left
    assert is_stopped(folder)


def test_a_server_that_was_killed_starts_again(folder):
    with running(folder, throwaway=True):
        process = server_process(folder)
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
        assert server_process(folder).net_connections(kind="inet") == []


def test_each_connection_needs_a_password(folder):
    with running(folder, throwaway=True) as server, server.connect() as superuser:
        rules = superuser.execute(
            "SELECT DISTINCT auth_method FROM pg_hba_file_rules ORDER BY 1"
        ).fetchall()
        assert rules == [("scram-sha-256",)]
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(host=str(server.socket_folder), user="postgres", passfile=os.devnull)


def test_its_log_keeps_no_statement_and_no_row(folder):
    with running(folder, throwaway=True) as server, server.connect() as superuser:
        with pytest.raises(psycopg.errors.DivisionByZero):
            superuser.execute("SELECT 'Invented Child', 1 / 0")
        superuser.execute("CREATE TEMPORARY TABLE child (name text UNIQUE CHECK (name > 'A'))")
        superuser.execute("INSERT INTO child VALUES ('Invented Child')")
        with pytest.raises(psycopg.errors.UniqueViolation, match="Invented Child"):
            superuser.execute("INSERT INTO child VALUES ('Invented Child')")
        with pytest.raises(psycopg.errors.CheckViolation, match="1 Invented Child"):
            superuser.execute("INSERT INTO child VALUES ('1 Invented Child')")
        log = (folder / "data" / "server.log").read_text()
        assert "violates check constraint" in log
        assert "Invented Child" not in log


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
        pytest.raises(postmaster.EmbeddedPostgresError, match="was made by PostgreSQL 17"),
        running(other),
    ):
        pass


PRINT_WHAT_RUNS = """
import sys
from pathlib import Path
import psutil
from cinfactors.dev.embedded_postgres import APP_ROLE, running
with running(Path(sys.argv[1])) as server, server.connect(APP_ROLE) as connection:
    print(connection.execute("SELECT 'it answers'").fetchone()[0])
    pid = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    print(Path(psutil.Process(pid).exe()).parent)
"""


def run_with_programs_in(site: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a server in `folder` by the wheel's programs, installed in `site`."""
    system_user.copy_programs(postmaster.programs(), site)
    return subprocess.run(
        [sys.executable, "-c", PRINT_WHAT_RUNS, str(folder)],
        cwd=folder.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{site}:{ROOT}"},
        capture_output=True,
        text=True,
    )


def test_neither_the_folder_nor_that_of_the_programs_is_read_by_a_shell(folder):
    place = folder.parent / """team's $(touch x) `touch y` "z" 100%41 \\ ü, & ;"""
    place.mkdir(mode=0o755)
    done = run_with_programs_in(place / "site", place / "postgres")
    assert done.stderr == ""
    says, runs_in = done.stdout.splitlines()
    assert says == "it answers"
    assert Path(runs_in).is_relative_to(place / "site")
    assert is_stopped(place / "postgres")
    assert {path.name for path in place.iterdir()} == {"site", "postgres"}


@pytest.fixture
def elsewhere():
    """Where root's server has what its user cannot reach: what a test adds is removed."""
    elsewhere = system_user.ELSEWHERE
    before = set(elsewhere.iterdir()) if elsewhere.exists() else set()
    yield elsewhere
    for made in set(elsewhere.iterdir()) - before:
        shutil.rmtree(made)
    if not before:
        elsewhere.rmdir()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a system user beside it")


@needs_root
def test_root_opens_no_folder_to_the_system_user(folder, elsewhere):
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    done = run_with_programs_in(closed / "site", closed / "postgres")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    says, runs_in = done.stdout.splitlines()
    assert says == "it answers"
    assert Path(runs_in).is_relative_to(elsewhere)
    files = (closed / "postgres").readlink()
    assert files.parent == elsewhere
    assert stat.S_IMODE(files.stat().st_mode) == 0o700
    assert f"cannot pass {closed}: the database's files are in {files}, and " in done.stderr
    # The next time it finds all of it, and says nothing.
    shutil.rmtree(closed / "site")
    again = run_with_programs_in(closed / "site", closed / "postgres")
    assert (again.stdout, again.stderr) == (done.stdout, "")


@needs_root
def test_a_database_that_was_closed_in_since_is_named_with_both_ways_out(folder):
    closed = folder.parent / "closed in since"
    closed.mkdir(mode=0o755)
    with running(closed / "postgres"):
        pass
    closed.chmod(0o700)
    with pytest.raises(InstallError) as refusal, running(closed / "postgres"):
        pass
    says = str(refusal.value)
    assert f"cannot pass {closed}." in says
    chmod, move = [line.strip() for line in says.splitlines() if line.startswith("    ")]
    assert move.startswith("mkdir -p ")
    subprocess.run(["/bin/sh", "-c", chmod], check=True)
    with running(closed / "postgres") as server, server.connect(APP_ROLE) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_link_that_leads_nowhere_is_no_new_database(folder):
    link = folder.parent / "elsewhere"
    link.symlink_to(folder.parent / "a disk that is not there")
    with pytest.raises(InstallError, match="which is not there"), running(link):
        pass
    assert not link.exists()


def test_another_programs_lock_of_the_socket_is_no_obstacle(folder):
    """The number in it may be another program's since the machine was restarted."""
    with running(folder, throwaway=True):
        pass
    (folder / "data" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{folder}/data\n0\n5432\n")
    with running(folder, throwaway=True) as server, server.connect(APP_ROLE) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_it_starts_again_at_the_same_address(folder):
    deep = folder.parent / ("e" * 100) / "postgres"
    with running(deep, throwaway=True) as server:
        killed = server_process(deep)
        children = killed.children()
        killed.kill()
        psutil.wait_procs([killed, *children], timeout=30)
        assert server.has_ended()
        server.start_again()
        assert not server.has_ended()
        with server.connect(APP_ROLE) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert is_stopped(deep)


def test_a_folder_of_the_sockets_that_another_has_made_is_not_used(folder):
    deep = folder.parent / ("f" * 100) / "postgres"
    with running(deep, throwaway=True) as server:
        before = server.socket_folder
    before.symlink_to(folder.parent)  # anybody may make that name in the meantime
    with running(deep, throwaway=True) as server:
        assert server.socket_folder != before
    before.unlink()
