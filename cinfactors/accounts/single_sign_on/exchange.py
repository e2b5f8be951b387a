"""Requests to the provider, bounded so that a slow one stops nobody else's work.

Anybody may start a single sign-on, signed in or not, so the provider is asked while few threads
wait, for a few seconds altogether, and what it sends is read up to a limit. The limit of time is
that of the whole exchange: a provider that sends one byte after another does not prolong it.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

SECONDS = 8.0
"""For all that one request of a browser asks the provider."""
MAX_WAITING = 2
"""How many threads of a process may wait for the provider: half of those in gunicorn.conf.py."""
MAX_BYTES = 256 * 1024
"""Of a response. A configuration or a set of keys has a few thousand."""

_places = threading.BoundedSemaphore(MAX_WAITING)


class ProviderError(Exception):
    """The provider cannot be reached, or what it sends is invalid.

    The message says why, and contains nothing of what the provider sent.
    """


class ProviderIsSlow(ProviderError):
    """The provider did not answer in time."""


class ProviderIsBusy(ProviderIsSlow):
    """Enough threads wait for the provider already. Nothing was asked of it."""


class Exchange:
    """What is asked of the provider for one request of a browser, within `SECONDS` in all.

    A context manager: it has one of the `MAX_WAITING` places from its first question to its end.
    """

    def __init__(self) -> None:
        self._end = time.monotonic() + SECONDS
        self._has_place = False
        self._last: Future[bytes] | None = None

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *error: object) -> None:
        if self._last is not None:
            # If its thread has not ended yet, the place is free once it has.
            self._last.add_done_callback(lambda _: _places.release())
        elif self._has_place:
            _places.release()

    def take_place(self) -> None:
        """Take a place, unless there is one already. Raises ProviderIsBusy without waiting."""
        if not self._has_place:
            self._has_place = _places.acquire(blocking=False)
        if not self._has_place:
            raise ProviderIsBusy("enough threads wait for the provider")

    def ask(
        self, address: str, *, form: Mapping[str, str] | None = None, auth: AuthBase | None = None
    ) -> dict[str, Any]:
        """Return the JSON object at the address; with `form`, what it answers to that post.

        Raises ProviderIsBusy, ProviderIsSlow, and ProviderError if there is no such object.
        """
        self.take_place()
        call = _Call(address, form, auth, max(self._end - time.monotonic(), 0.001))
        # A thread of its own, since nothing else bounds how long a host name is looked up.
        thread = threading.Thread(target=call.run, name="provider", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise ProviderIsBusy("the machine has no thread left") from error
        self._last = call.result
        try:
            body = call.result.result(timeout=max(self._end - time.monotonic(), 0))
        except TimeoutError as error:
            call.cut()
            raise ProviderIsSlow("the provider did not answer in time") from error
        except requests.Timeout as error:
            raise ProviderIsSlow(type(error).__name__) from error
        except ProviderError:
            raise
        except Exception as error:  # whatever the libraries make of what was sent
            raise ProviderError(type(error).__name__) from error
        return _json_object(body)


class _Call:
    """One request, in a thread of its own."""

    def __init__(
        self, address: str, form: Mapping[str, str] | None, auth: AuthBase | None, seconds: float
    ) -> None:
        self._address, self._form, self._auth, self._seconds = address, form, auth, seconds
        self._sockets: list[socket.socket] = []
        self._is_cut = False
        self.result: Future[bytes] = Future()

    def run(self) -> None:
        try:
            self.result.set_result(self._send())
        except Exception as error:
            self.result.set_exception(error)

    def cut(self) -> None:
        """Close what the thread reads from, so that it ends."""
        self._is_cut = True
        for each in self._sockets:
            with suppress(OSError):  # closed already
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    def connected(self, to: socket.socket) -> None:
        """Note a connection. Raises ProviderIsSlow if nobody waits for the answer any more."""
        self._sockets.append(to)
        if self._is_cut:
            raise ProviderIsSlow("the provider did not answer in time")

    def _send(self) -> bytes:
        with requests.Session() as session:
            for scheme in ("https://", "http://"):
                session.mount(scheme, _Adapter(self))
            response = session.request(
                "GET" if self._form is None else "POST",
                self._address,
                data=self._form,
                auth=self._auth,
                headers={"Accept": "application/json"},
                timeout=self._seconds,
                stream=True,
                # It may lead to another host, or to one that is not encrypted.
                allow_redirects=False,
            )
            if response.status_code != requests.codes.ok:
                raise ProviderError(f"the provider answers {response.status_code}")
            body = b""
            for piece in response.iter_content(8192):
                body += piece
                if len(body) > MAX_BYTES:
                    raise ProviderError("the provider sends too much")
            return body


class _Adapter(HTTPAdapter):
    """requests' own adapter, whose connections a call can cut."""

    def __init__(self, call: _Call) -> None:
        super().__init__()
        self._call = call

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _connection_class(pool.ConnectionCls, self._call)
        return pool


def _connection_class(kind: Any, call: _Call) -> Any:
    class Connection(kind):  # of urllib3, with or without TLS
        def connect(self) -> None:
            super().connect()
            call.connected(self.sock)

    return Connection


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderError("the provider sends something else than JSON") from error
    if not isinstance(found, dict):
        raise ProviderError("the provider sends something else than an object")
    return found
