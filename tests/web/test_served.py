"""gunicorn in production: how it answers requests that no browser sends."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.programs import PRODUCTION, ROOT, python

HOST = "Host: factors.exampleshire.gov.uk\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a running application; it has no database, and needs none for these."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    collected = python("manage.py", "collectstatic", "--no-input", "--verbosity=0", **PRODUCTION)
    assert collected.returncode == 0, collected.stderr
    own = {"PATH": os.environ["PATH"], "PORT": str(number), "WEB_CONCURRENCY": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "cinfactors.wsgi"],
        cwd=ROOT,
        env=PRODUCTION | own,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while not answers(number):
            assert process.poll() is None
            assert time.monotonic() < end
        yield number
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(port: int) -> bool:
    """Return whether a server listens; wait a little where none does."""
    try:
        return send(port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") != ""
    except ConnectionRefusedError:
        time.sleep(0.05)
        return False


def send(port: int, request: str) -> str:
    """Return what comes back until the server closes, or has been silent for a second."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request.encode("latin-1"))
        found = b""
        while True:
            try:
                part = connection.recv(65536)
            except ConnectionResetError:
                break
            if not part:
                break
            found += part
            connection.settimeout(1)
            if b"\r\n\r\n" in found and b"keep-alive" in found.lower():
                break
    return found.decode("latin-1")


def status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


HEALTH = f"GET /healthz HTTP/1.1\r\n{HOST}"
SMUGGLED = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSE = "Connection: close\r\n"


def test_responses_reveal_no_version(port: int):
    answer = send(port, f"{HEALTH}{CLOSE}\r\n")
    assert status(answer) == 200
    server = re.search(r"^Server: (.*)\r$", answer, re.MULTILINE)
    assert server is None or re.search(r"\d", server[1]) is None
    assert "X-Powered-By" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x5\r\n",
        "X-Folded: a\r\n b\r\n",
        "X-Null: a\0b\r\n",
        "Bad Name: x\r\n",
    ],
)
def test_request_smuggling_is_refused(port, headers: str):
    answer = send(port, f"POST /healthz HTTP/1.1\r\n{HOST}{headers}\r\n0\r\n\r\n{SMUGGLED}")
    assert answer.count("HTTP/1.1 ") == 1
    assert 400 <= status(answer) < 502


@pytest.mark.parametrize(
    "request_line",
    ["TRACE / HTTP/1.1", "CONNECT / HTTP/1.1", "GET /healthz HTTP/9.9", "GE\0T / HTTP/1.1", "x"],
)
def test_unknown_methods_and_http_versions_are_refused(port: int, request_line: str):
    answer = send(port, f"{request_line}\r\n{HOST}{CLOSE}X-Secret: brackwater\r\n\r\n")
    assert 400 <= status(answer) < 506
    assert "brackwater" not in answer


@pytest.mark.parametrize(
    "request_text",
    [
        f"GET /{'a' * 20_000} HTTP/1.1\r\n{HOST}\r\n",
        f"{HEALTH}Cookie: {'a=b; ' * 20_000}\r\n\r\n",
        HEALTH + "".join(f"X-{number}: y\r\n" for number in range(500)) + "\r\n",
    ],
    ids=["a long address", "many cookies", "many headers"],
)
def test_oversized_request_lines_and_headers_are_refused(port: int, request_text: str):
    answer = send(port, request_text)
    assert status(answer) in (400, 414, 431)
    assert len(answer) < 2_000


def test_proxy_headers_spelled_with_underscores_are_ignored(port: int):
    """With an underscore it would be the same variable to the application."""
    spoofed = "X_Forwarded_Proto: https\r\nX_Forwarded_For: 192.0.2.1\r\n"
    answer = send(port, f"GET /account/sign-in/ HTTP/1.1\r\n{HOST}{spoofed}{CLOSE}\r\n")
    assert status(answer) in (301, 400)


@pytest.mark.usefixtures("port")  # for the files that are collected
@pytest.mark.parametrize("bound", ["0.0.0.0:0", "[::]:0"])
def test_plain_http_is_not_served_to_the_network_by_an_option_either(bound):
    local = PRODUCTION | {"ALLOWED_HOSTS": "localhost", "HTTPS": "off"}
    done = python("-m", "gunicorn", f"--bind={bound}", "cinfactors.wsgi", **local)
    assert done.returncode == 1
    says = done.stderr.splitlines()[-1]
    assert says.startswith("cinfactors cannot start: HTTPS is off, and ")
    assert says.endswith("set HTTPS=on, or listen at 127.0.0.1.")


@pytest.mark.usefixtures("port")  # for the files that are collected
@pytest.mark.parametrize(("name", "wrong"), [("PORT", "99999"), ("WEB_CONCURRENCY", "0")])
def test_a_number_that_means_nothing_is_refused_in_words_at_the_start(name, wrong):
    done = python("-m", "gunicorn", "cinfactors.wsgi", **PRODUCTION | {name: wrong})
    assert done.returncode == 1
    assert done.stderr.startswith(f"cinfactors cannot start: {name} is '{wrong}'. Set it to ")
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("port")
def test_the_server_logs_at_the_level_of_the_application():
    code = (
        "import runpy; found = runpy.run_path('gunicorn.conf.py')['logconfig_dict'];"
        "print(found['loggers']['gunicorn.error']['level'])"
    )
    assert python("-c", code, **PRODUCTION | {"LOG_LEVEL": "warning "}).stdout == "WARNING\n"
