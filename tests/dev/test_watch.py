"""The embedded server is started again while it may come back, and given up when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest

from cinfactors.dev import watch
from cinfactors.dev.embedded_postgres import APP_ROLE, SUPERUSER, Server, running
from cinfactors.dev.install import InstallError
from cinfactors.dev.watch import Watch
from tests.dev.conftest import fill


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(watch, "PAUSES", (0, 0, 0))


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with running(folder / "var" / "postgres") as server:
        yield server


def kill(server: Server) -> None:
    data = server.folder / "data"
    process = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
    family = [process, *process.children()]
    process.kill()
    psutil.wait_procs(family, timeout=30)


def answers(server: Server) -> bool:
    with server.connect(APP_ROLE) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_runs_is_left_alone_in_silence(server, capsys):
    before = (server.folder / "data" / "postmaster.pid").read_text()
    Watch(server).look()
    assert (server.folder / "data" / "postmaster.pid").read_text() == before
    assert capsys.readouterr().out == ""


def test_a_server_that_was_killed_is_started_again(server, capsys):
    kill(server)
    Watch(server).look()
    assert answers(server)
    assert capsys.readouterr().out.splitlines() == [
        "The database has stopped, and pages cannot be shown. It is started again.",
        "The database runs again.",
    ]


@pytest.fixture
def broken(server: Server) -> Iterator[Path]:
    """The log of a server that has ended and cannot start."""
    configuration = server.folder / "data" / "postgresql.conf"
    before = configuration.read_text()
    configuration.write_text(before + "shared_buffers = many\n")
    kill(server)
    yield server.folder / "data" / "server.log"
    configuration.write_text(before)


WHY = 'invalid value for parameter "shared_buffers": "many"'


def test_pauses_grow_between_attempts(server, broken, monkeypatch):
    monkeypatch.setattr(watch, "PAUSES", (0, 60, 90))
    clock = SimpleNamespace()
    monkeypatch.setattr(watch, "time", SimpleNamespace(monotonic=lambda: clock.now))
    watching = Watch(server)
    attempts = []
    for clock.now in range(1_000, 1_200, 10):
        watching.look()
        attempts += [clock.now] * (broken.read_text().count(WHY) - len(attempts))
    assert attempts == [1_000, 1_060, 1_150]


@pytest.mark.usefixtures("broken")
def test_one_that_cannot_start_is_given_up_with_its_reason(server):
    watching = Watch(server)
    for _ in watch.PAUSES:
        watching.look()
    with pytest.raises(InstallError) as gives_up:
        watching.look()
    says = str(gives_up.value)
    assert says.startswith("The database does not stay up, after 3 attempts: ")
    assert WHY in says


def test_one_that_ends_again_and_again_is_given_up_too(server):
    watching = Watch(server)
    for _ in watch.PAUSES:
        kill(server)
        watching.look()
        assert answers(server)
    kill(server)
    with pytest.raises(InstallError, match=r"after 3 attempts: .*server\.log says why it ends\."):
        watching.look()


def test_files_that_are_gone_are_not_made_anew(server):
    kill(server)
    (server.folder / "data").rename(server.folder / "gone")
    with pytest.raises(InstallError, match="its files are gone from"):
        Watch(server).look()
    assert not (server.folder / "data").exists()


def test_a_full_disk_is_waited_for_however_long_it_takes(small_disk: Path, capsys):
    with running(small_disk / "postgres") as server:
        with server.connect(SUPERUSER, "cinfactors") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'a word' AS word")
        filler = fill(small_disk)
        with pytest.raises(psycopg.OperationalError), server.connect() as connection:
            connection.execute(
                "DO $$ BEGIN LOOP "
                "PERFORM pg_logical_emit_message(false, 'x', repeat('x', 1000000)); "
                "END LOOP; END $$"
            )
        if not server.has_ended():
            kill(server)
        watching = Watch(server)
        for _ in range(len(watch.PAUSES) * 2):
            watching.look()
        assert server.has_ended()
        assert capsys.readouterr().out.count(f"The disk of {small_disk}/postgres is full") == 1
        filler.unlink()
        watching.look()
        with server.connect(SUPERUSER, "cinfactors") as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("a word",)]
