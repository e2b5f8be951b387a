"""The application served over HTTP, as in production, and a real browser to use it.

`CHROMIUM` names the browser, as `make test` does. The server's database role is the one that
the application has in production.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, expect, sync_playwright

from assessments.models import Assessment
from cinfactors.accounts.models import User
from cinfactors.dev import chromium
from cinfactors.wsgi import application
from tests import people as given
from tests.journeys.visitor import Visitor
from tests.people import People, make_people

WIDE, NARROW = 1280, 360


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser of this process; every visitor has a context of their own in it."""
    executable = os.environ.get("CHROMIUM") or chromium.path()
    if executable is None:
        pytest.fail("The journeys need Chromium: `make test` installs it, CHROMIUM names it.")
    expect.set_options(timeout=30_000)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which nothing of ours ever runs.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=executable,
            # No other host can be reached, nor looked up.
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"],
        )
        yield browser
        browser.close()


class Server(ThreadedWSGIServer):
    """A server that stops as a machine does: connections that are kept open end too."""

    daemon_threads = False  # so that they are waited for, and leave no connection to the database

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.connections: list[socket.socket] = []

    def process_request(self, request, client_address) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)

    def stop(self) -> None:
        self.shutdown()
        for connection in self.connections:
            with suppress(OSError):  # it has ended by itself
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


@contextmanager
def serving(port: int = 0, app: Callable = application) -> Iterator[str]:
    """Serve the application at the port, or at a free one; yield its address."""
    httpd = Server(("127.0.0.1", port), QuietWSGIRequestHandler)
    httpd.set_app(app)
    thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.stop()
    thread.join()


@pytest.fixture(scope="package")
def server(django_db_setup) -> Iterator[str]:
    """The address of the application."""
    with serving() as address:
        yield address


@pytest.fixture
def people(transactional_db) -> People:
    return make_people()


@pytest.fixture
def at_a_browser(browser, server, transactional_db) -> Iterator[Callable[..., Visitor]]:
    """Open a browser, signed in if a person is given; at the end, nothing may have gone wrong."""
    visitors: list[Visitor] = []

    def open_browser(
        person: User | None = None, *, javascript: bool = True, width: int = WIDE, **options
    ) -> Visitor:
        options.setdefault("viewport", {"width": width, "height": 900})
        visitor = Visitor(browser, server, java_script_enabled=javascript, **options)
        visitors.append(visitor)
        if person is not None:
            visitor.is_signed_in(person)
        return visitor

    yield open_browser
    wrong = [each for visitor in visitors for each in visitor.goes_away()]
    assert wrong == []


@pytest.fixture
def draft(people) -> Assessment:
    """Ada's assessment, still empty."""
    return given.start(people.ada)


@pytest.fixture
def ada(people, at_a_browser, draft) -> Visitor:
    """Ada at the factor page of her draft, unless a module overrides this."""
    ada = at_a_browser(people.ada)
    ada.opens_factors(draft)
    return ada


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request) -> bool:
    return request.param
