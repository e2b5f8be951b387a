"""A signed-in person's requests, through all that the server runs for them."""

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
    """The server gave another answer than the one that is measured."""


class Visitor:
    """One session, sent with every request, as a browser sends it."""

    def __init__(self, person: User) -> None:
        browser = Client()
        browser.force_login(person)
        # The list's form brings the token that posts need.
        browser.get("/assessments/")
        self._application = WSGIHandler()
        self._requests = RequestFactory(headers={"accept-encoding": "gzip"})
        self._requests.cookies = browser.cookies
        self._token = browser.cookies[settings.CSRF_COOKIE_NAME].value

    def get(self, path: str, *, compressed: bool = True) -> Callable[[], bytes]:
        """A request that is ready to be sent; sending it answers with the body."""
        headers = {} if compressed else {"accept-encoding": "identity"}
        return self._ready(self._requests.get(path, headers=headers).environ, 200)

    def post(self, path: str, sent: Mapping[str, Any], *, status: int = 302) -> Callable[[], bytes]:
        request = self._requests.post(path, sent, headers={"x-csrftoken": self._token})
        return self._ready(request.environ, status)

    def _ready(self, environ: dict[str, Any], status: int) -> Callable[[], bytes]:
        def send() -> bytes:
            answered: list[str] = []
            response = self._application(environ, lambda line, headers: answered.append(line))
            body = b"".join(response)
            response.close()
            if not answered[0].startswith(f"{status} "):
                raise Unexpected(f"{environ['PATH_INFO']}: {answered[0]}")
            return body

        return send


def statements(send: Callable[[], bytes]) -> list[str]:
    """What a request says to the database."""
    with CaptureQueriesContext(connection) as captured:
        send()
    return [query["sql"] for query in captured.captured_queries]


TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def queries(said: list[str]) -> list[str]:
    """Without the words that open and close transactions."""
    return [each for each in said if not each.startswith(TRANSACTION)]


def transactions(said: list[str]) -> tuple[int, int]:
    """How many transactions were opened and committed, and how many savepoints stood in them."""
    opened, committed = said.count("BEGIN"), said.count("COMMIT")
    if opened != committed:
        raise Unexpected(f"{opened} transactions opened, {committed} committed")
    return opened, sum(each.startswith("SAVEPOINT") for each in said)
