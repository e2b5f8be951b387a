"""A provider that is slow, silent or never ends keeps few threads waiting, and none for long."""

from __future__ import annotations

import os
import runpy
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest
import requests
from django.conf import settings as project
from django.db import connection
from django.test import Client

from cinfactors.accounts.single_sign_on import configuration as published
from cinfactors.accounts.single_sign_on import exchange, views
from tests.accounts import openid_provider
from tests.accounts.single_sign_on import (
    BACK,
    START,
    configure_provider,
    heading,
    is_signed_in,
    path_of,
    provider_address,
    sign_in_through,
)
from tests.people import make_people
from tests.programs import ROOT, python
from tests.settings import server

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

KINDS = {
    "silent": openid_provider.silent,
    "dribbling its status line": openid_provider.IN_ITS_STATUS_LINE,
    "dribbling its headers": openid_provider.IN_ITS_HEADERS,
    "dribbling its body": openid_provider.IN_ITS_BODY,
}
NO_PROVIDER = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _forget_the_provider():
    published.forget()
    yield
    published.forget()


@pytest.fixture
def one_second(monkeypatch) -> None:
    monkeypatch.setattr(exchange, "SECONDS", 1.0)


def wait_until_nobody_waits() -> None:
    """Return when every thread that asked the provider has ended."""
    for thread in threading.enumerate():
        if thread.name == "provider":
            thread.join(timeout=20)
            assert not thread.is_alive()


def assert_all_places_are_free() -> None:
    taken = [exchange._places.acquire(blocking=False) for _ in range(exchange.MAX_WAITING + 1)]
    for _ in range(taken.count(True)):
        exchange._places.release()
    assert taken == [True] * exchange.MAX_WAITING + [False]


def ask(address: str) -> dict:
    with exchange.Exchange() as asking:
        return asking.ask(address)


@pytest.mark.parametrize("send", KINDS.values(), ids=KINDS)
def test_the_whole_exchange_is_bounded_in_time(client, settings, one_second, send):
    with openid_provider.stalling(send) as address:
        configure_provider(settings, address, "any", "thing")
        began = time.monotonic()
        response = client.get(START)
        assert 1 <= time.monotonic() - began < 4
        assert response.status_code == 503
        assert response["Retry-After"] == "10"
        assert heading(response) == "You are not signed in"
        assert "slow to answer" in response.content.decode()
        # The provider goes on, and holds no place all the same.
        wait_until_nobody_waits()
        assert_all_places_are_free()


@pytest.mark.parametrize("send", KINDS.values(), ids=KINDS)
def test_the_exchange_of_a_code_is_bounded_in_time(client, provider, ada, one_second, send):
    with openid_provider.stalling(send) as address:
        provider.change_discovery = lambda config: config | {"token_endpoint": f"{address}/token"}
        back = path_of(provider.sign_in(provider_address(client), "subject-1"))
        began = time.monotonic()
        assert client.get(back).status_code == 503
        assert 1 <= time.monotonic() - began < 4
        wait_until_nobody_waits()
    assert not is_signed_in(client)


@contextmanager
def all_places_taken() -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(exchange.MAX_WAITING):
            stack.enter_context(exchange.Exchange()).take_place()
        yield


def test_who_starts_while_enough_wait_is_told_so_at_once(client, settings):
    with openid_provider.stalling(openid_provider.silent) as address, all_places_taken():
        configure_provider(settings, address, "any", "thing")
        began = time.monotonic()
        response = client.get(START)
        assert time.monotonic() - began < exchange.SECONDS / 2
    assert response.status_code == 503
    assert "Refresh" not in response
    assert_all_places_are_free()


def test_starts_need_no_place_while_the_configuration_is_kept(client, provider):
    provider_address(Client())
    with all_places_taken():
        provider_address(client)


def test_who_returns_while_enough_wait_tries_again_by_the_same_address(client, provider, ada):
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    with all_places_taken():
        for _ in range(3):
            response = client.get(back)
            assert response.status_code == 503
            assert response["Refresh"] == "2"
            assert "tries again by itself" in response.content.decode()
    assert client.get(back).status_code == 302
    assert is_signed_in(client)
    assert_all_places_are_free()


def test_a_provider_that_has_recovered_signs_people_in(client, provider, ada, one_second):
    with openid_provider.stalling(openid_provider.IN_ITS_HEADERS) as address:
        for _ in range(exchange.MAX_WAITING):
            with pytest.raises(exchange.ProviderIsSlow):
                ask(address)
        wait_until_nobody_waits()
    sign_in_through(client, provider)
    assert is_signed_in(client)


def test_a_thread_that_cannot_start_takes_no_place(client, settings, monkeypatch):
    """As where the machine has none left; when it has one again, people are signed in."""
    configure_provider(settings, NO_PROVIDER, "any", "thing")

    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        for _ in range(exchange.MAX_WAITING * 2):
            with pytest.raises(exchange.ProviderIsBusy, match="the machine has no thread left"):
                ask(NO_PROVIDER)
        assert client.get(START).status_code == 503
    assert_all_places_are_free()


def test_at_most_half_of_a_processs_threads_wait():
    gunicorn = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    assert gunicorn["threads"] == exchange.MAX_WAITING * 2


def test_starts_and_returns_are_limited_by_client_address(client, settings, monkeypatch):
    monkeypatch.setattr(views, "REQUESTS_PER_ADDRESS", 6)
    configure_provider(settings, NO_PROVIDER, "any", "thing")
    for _ in range(3):
        assert client.get(START).status_code == 403
        assert client.get(BACK).status_code == 403
    for address in (START, BACK):
        response = client.get(address)
        assert response.status_code == 429
        assert response["Retry-After"] == "300"
    assert Client(REMOTE_ADDR="192.0.2.7").get(START).status_code == 403


# Through gunicorn, with its own number of threads


@contextmanager
def gunicorn(issuer: str) -> Iterator[str]:
    """Serve the tests' database with this provider, as production does; yield the address."""
    variables = {
        "SECRET_KEY": project.SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "off",
        "SECOND_FACTOR_REQUIRED": "off",
        "DATABASE_URL": server.url(project.APP_ROLE["USER"], connection.settings_dict["NAME"]),
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": "this-installation",
        "OIDC_CLIENT_SECRET": "secret",
        "LOG_LEVEL": "ERROR",
    }
    collected = python("manage.py", "collectstatic", "--no-input", "--verbosity=0", **variables)
    assert collected.returncode == 0, collected.stderr
    # Whoever asks before it has started waits at the socket, which it takes over.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        bound = f"--bind=fd://{listener.fileno()}"
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", bound, "cinfactors.wsgi"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]} | variables,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
        )
    try:
        assert requests.get(f"{address}/healthz", timeout=180).status_code == 200
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


class Counting:
    """A stalling provider that counts how many wait for it at once."""

    def __init__(self, send) -> None:
        self._send = send
        self._lock = threading.Lock()
        self.waiting = self.most = self.all = 0
        self.somebody_waits = threading.Event()

    def __call__(self, connection: socket.socket, ended: threading.Event) -> None:
        with self._lock:
            self.waiting += 1
            self.all += 1
            self.most = max(self.most, self.waiting)
        self.ended = ended
        self.somebody_waits.set()
        watched = threading.Thread(target=self._watch, args=[connection, ended], daemon=True)
        watched.start()
        with suppress(OSError):
            self._send(connection, ended)
        watched.join()

    def _watch(self, connection: socket.socket, ended: threading.Event) -> None:
        """Wait until the other side has closed."""
        connection.settimeout(0.1)
        while not ended.is_set():
            try:
                if not connection.recv(65536):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        with self._lock:
            self.waiting -= 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["silent", "dribbling its headers"])
def test_forty_people_work_while_others_press_the_button_of_a_slow_provider(kind):
    people = make_people()
    sessions = []
    for _ in range(40):
        browser = Client()
        browser.force_login(people.ada)
        sessions.append(browser.cookies["session"].value)
    counting = Counting(KINDS[kind])
    done = threading.Event()
    presses: list[int] = []

    with openid_provider.stalling(counting) as provider, gunicorn(provider) as address:

        def press() -> None:
            while not done.is_set():
                presses.append(requests.get(address + START, timeout=60).status_code)

        def work(session: str) -> tuple[int, float]:
            began = time.monotonic()
            page = requests.get(f"{address}/", cookies={"session": session}, timeout=20)
            assert "My assessments" in page.text
            return page.status_code, time.monotonic() - began

        with ThreadPoolExecutor(max_workers=24) as pool:
            pressing = [pool.submit(press) for _ in range(16)]
            assert counting.somebody_waits.wait(timeout=30)
            try:
                pages = list(pool.map(work, sessions))
                began = time.monotonic()
                health = requests.get(f"{address}/healthz", timeout=20)
                health_took = time.monotonic() - began
            finally:
                done.set()
                counting.ended.set()
            for each in pressing:
                each.result(timeout=60)

    assert {status for status, _ in pages} == {200}
    # Nobody has waited for the provider.
    assert max(seconds for _, seconds in pages) < exchange.SECONDS
    assert health.status_code == 200
    assert health_took < exchange.SECONDS
    assert {503} <= set(presses) <= {403, 429, 503}
    processes = int(os.environ.get("WEB_CONCURRENCY", "2"))
    assert 1 <= counting.most <= exchange.MAX_WAITING * processes
