"""A signed-in person's requests, through the whole WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from cinfactors.accounts.models import User


class Unexpected(Exception):
    """The response is not the one to measure."""


class Visitor:
    """One session, sent with every request, as a browser does."""

    def __init__(self, person: User) -> None:
        browser = Client()
        browser.force_login(person)
        # The form on a person's first page sets the CSRF token that posts need.
        browser.get("/", follow=True)
        self._application = WSGIHandler()
        self._requests = RequestFactory(headers={"accept-encoding": "gzip"})
        self._requests.cookies = browser.cookies
        self._token = browser.cookies[settings.CSRF_COOKIE_NAME].value

    def get(self, path: str, *, compressed: bool = True) -> Callable[[], bytes]:
        """Return a request ready to be sent; sending it returns the body."""
        headers = {} if compressed else {"accept-encoding": "identity"}
        return self._ready(self._requests.get(path, headers=headers).environ, 200)

    def post(self, path: str, sent: Mapping[str, Any], *, status: int = 302) -> Callable[[], bytes]:
        request = self._requests.post(path, sent, headers={"x-csrftoken": self._token})
        return self._ready(request.environ, status)

    def _ready(self, environ: dict[str, Any], status: int) -> Callable[[], bytes]:
        def send() -> bytes:
            status_lines: list[str] = []
            response = self._application(environ, lambda line, headers: status_lines.append(line))
            body = b"".join(response)
            response.close()
            if not status_lines[0].startswith(f"{status} "):
                raise Unexpected(f"{environ['PATH_INFO']}: {status_lines[0]}")
            return body

        return send


def statements(send: Callable[[], bytes]) -> list[str]:
    """Return the SQL statements of a request."""
    with CaptureQueriesContext(connection) as captured:
        send()
    return [query["sql"] for query in captured.captured_queries]


TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def queries(sql: list[str]) -> list[str]:
    """Return the statements without those that open and close transactions."""
    return [each for each in sql if not each.startswith(TRANSACTION)]


def transactions(sql: list[str]) -> tuple[int, int]:
    """Return how many transactions were opened and committed, and how many savepoints they had."""
    opened, committed = sql.count("BEGIN"), sql.count("COMMIT")
    if opened != committed:
        raise Unexpected(f"{opened} transactions opened, {committed} committed")
    return opened, sum(each.startswith("SAVEPOINT") for each in sql)
