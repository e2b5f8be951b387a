"""The README's way to a server of one's own, word for word: its commands, in a clean folder."""

from __future__ import annotations

import os
import pty
import re
import signal
import stat
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from urllib.error import URLError

import pytest

from cinfactors.dev import postmaster
from cinfactors.dev.embedded_postgres import APP_ROLE, DATABASE, OWNER_ROLE, SUPERUSER, Server
from tests.dev.test_run import free_port
from tests.programs import PRODUCTION, ROOT

HOST = "factors.exampleshire.gov.uk"
OWNER_PASSWORD, APP_PASSWORD = "the-owners-password", "the-applications-password"


def blocks() -> Iterator[str]:
    """The commands of the README's *Deployment*, block by block."""
    readme = (ROOT / "README.md").read_text()
    section = readme.partition("\n## Deployment\n")[2].partition("\n## ")[0]
    yield from re.findall(r"^```\n(.+?)^```$", section, flags=re.MULTILINE | re.DOTALL)


def block(part: str) -> str:
    (found,) = [each for each in blocks() if part in each]
    return found


class Shell:
    """What an operator types into, in the product's folder."""

    def __init__(self, folder: Path, server: Server) -> None:
        admin = server.url(SUPERUSER, "postgres")
        self.how = {
            "cwd": folder,
            "start_new_session": True,  # without a terminal, passwords are read from the input
            "env": {
                "PATH": f"{postmaster.programs()}:{os.environ['PATH']}",
                "ADMIN_URL": admin,
                "ADMIN_URL_OF_CINFACTORS": re.sub("postgres$", "cinfactors", admin),
            },
        }

    def run(self, commands: str, typed: str = "") -> str:
        done = self._done(commands, typed)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def refusal(self, commands: str) -> str:
        done = self._done(commands)
        assert done.returncode == 1, done.stdout
        return done.stdout

    def _done(self, commands: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-e", "-c", commands],
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **self.how,
        )

    def run_and_answer(self, commands: str, answers: list[str]) -> str:
        """Run them at a terminal, and answer what is asked there."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            ["/bin/sh", "-e", "-c", commands],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            **self.how,
        )
        os.close(theirs)
        printed = b""
        try:
            while part := os.read(ours, 1024):
                printed += part
                if printed.endswith(b": ") and answers:
                    os.write(ours, f"{answers.pop(0)}\n".encode())
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
        assert process.wait() == 0, printed.decode()
        return printed.decode()

    @contextmanager
    def running(self, commands: str) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            ["/bin/sh", "-e", "-c", commands], stderr=subprocess.PIPE, text=True, **self.how
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=30)


def fill_in(file: Path, **values: str) -> None:
    """Set variables in a file of settings, each in the line that the example has for it."""
    text = file.read_text()
    for name, value in values.items():
        text, changed = re.subn(
            rf"^#?{name}=.*$", lambda _, line=f"{name}='{value}'": line, text, flags=re.MULTILINE
        )
        assert changed == 1, name
    file.write_text(text)


def get(port: str, path: str) -> HTTPResponse:
    """What the proxy gets that speaks HTTPS with people."""
    address = f"http://127.0.0.1:{port}{path}"
    forwarded = {"Host": HOST, "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    return urllib.request.urlopen(urllib.request.Request(address, headers=forwarded))


def test_the_readmes_commands_lead_from_a_bare_server_to_pages(folder, server_without_roles):
    shell = Shell(folder, server_without_roles)
    port = free_port()

    shell.run(block("cp -n deploy/example.env"))
    settings = folder / "cinfactors.env"
    settings.write_text(settings.read_text() + "# kept\n")
    shell.run(f"set +e; {block('cp -n deploy/example.env')} true")
    assert settings.read_text().endswith("# kept\n")
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600

    passwords = [OWNER_PASSWORD] * 2 + [APP_PASSWORD] * 2
    shell.run(block("deploy/roles.sql"), typed="".join(f"{each}\n" for each in passwords))

    server = server_without_roles
    with_passwords = Server(
        server.folder,
        server.socket_folder,
        {OWNER_ROLE: OWNER_PASSWORD, APP_ROLE: APP_PASSWORD},
    )
    fill_in(
        settings,
        SECRET_KEY=PRODUCTION["SECRET_KEY"],
        ALLOWED_HOSTS=HOST,
        AUTHORITY_NAME="Exampleshire County Council",
        DATABASE_URL=with_passwords.url(APP_ROLE, DATABASE),
        PORT=port,
    )
    owner = folder / "owner.env"
    assert stat.S_IMODE(owner.stat().st_mode) == 0o600
    owner.write_text(f"MIGRATION_DATABASE_URL='{with_passwords.url(OWNER_ROLE, DATABASE)}'\n")

    assert shell.refusal(block("gunicorn cinfactors.wsgi")).endswith(
        "the styles and scripts of its pages are not built. Run `make build`.\n"
    )
    printed = shell.run(block("make build"))
    assert "Applying assessments.0001" in printed

    printed = shell.run_and_answer(
        block(".venv/bin/python manage.py createsuperuser"),
        ["rowan", "Rowan Root", *["plum-otter-seven-lanterns"] * 2],
    )
    assert "Superuser created successfully." in printed

    with shell.running(block("gunicorn cinfactors.wsgi")) as process:
        end = time.monotonic() + 60
        while True:
            try:
                assert get(port, "/readyz").read() == b"ok"
                break
            except URLError:
                assert process.poll() is None, process.stderr.read()
                assert time.monotonic() < end
                time.sleep(0.05)
        page = get(port, "/account/sign-in/").read().decode()
        assert "Exampleshire County Council" in page
        style = re.search(r'href="(/static/pages\.\w+\.css)"', page)[1]
        assert b".govuk-checkboxes" in get(port, style).read()

        # Once more for a new version, as the README says, while this one still serves.
        sheet = folder / "static" / "earlier.css"
        sheet.write_text("a { color: red }")
        assert "No migrations to apply." in shell.run(block("make build"))
        (earlier,) = (folder / "var" / "static").glob("earlier.*.css")
        sheet.write_text("a { color: blue }")
        assert "No migrations to apply." in shell.run(block("make build"))
        assert earlier.read_text() == "a { color: red }"
        assert b".govuk-checkboxes" in get(port, style).read()


def test_the_readmes_command_makes_passwords_for_the_containers_once(tmp_path):
    (command,) = [line for line in block("docker compose").splitlines() if "> .env" in line]
    subprocess.run(["/bin/sh", "-e", "-c", command], cwd=tmp_path, check=True)
    made = tmp_path / ".env"
    text = made.read_text()
    again = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True)
    # The database keeps those that it was made with.
    assert (again.returncode != 0, made.read_text()) == (True, text)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    found = dict(line.split("=") for line in made.read_text().splitlines())
    assert list(found) == ["POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD"]
    assert all(re.fullmatch("[0-9a-f]{48}", password) for password in found.values())
    assert len(set(found.values())) == 3


@pytest.mark.parametrize("words", ["history", "restrictions", "sign-in", "corrections"])
def test_the_readme_says_what_a_way_back_would_delete(words):
    section = (ROOT / "README.md").read_text().partition("\n## Deployment\n")[2]
    (paragraph,) = [line for line in section.splitlines() if line.startswith("Going back")]
    assert words in paragraph
    assert "restore a backup" in paragraph
