"""A real OpenID provider at an address of its own: `oidc_provider_mock`, built on Authlib.

It has keys, codes that work once and a client secret that it checks, and it signs its tokens. What
it lacks is added in front of it: the check of the proof key of a code (RFC 7636), that it knows a
person from earlier (`auth_time`), and responses that are forged, as a false provider or somebody
between might send them.

`stalling` is a provider that keeps whoever asks it waiting.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import requests

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # it runs on this machine
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about deprecations within its own libraries
    import oidc_provider_mock
    from oidc_provider_mock._storage import AuthorizationCode

_asked_at: dict[str, int] = {}
"""For each code of a person who was asked earlier who they are, when that was; else it is now."""
AuthorizationCode.get_auth_time = lambda self: _asked_at.get(self.code)


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@dataclass
class Provider:
    """The provider, and how it changes what it sends."""

    address: str = ""
    challenges: dict[str, str] = field(default_factory=dict)
    """For each code that was issued, what its verifier has to hash to."""
    remembered_since: int | None = None
    """When it asked the person last, if it asks them now only with `max_age`."""
    requested: list[str] = field(default_factory=list)
    """Every path that was requested."""
    change_discovery: Callable[[dict], dict] = dict
    change_token: Callable[[str], str] = str
    change_keys: Callable[[dict], dict] = dict
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By path: status and body of what is answered in place of its own answer."""

    def behave(self) -> None:
        """Send its own answers from now on."""
        self.change_discovery, self.change_token, self.change_keys = dict, str, dict
        self.answers, self.remembered_since = {}, None
        self.requested.clear()

    def register(self, back: str) -> dict[str, str]:
        """Register a client that may redirect people to this address alone."""
        body = {"redirect_uris": [back], "token_endpoint_auth_method": "client_secret_basic"}
        return requests.post(f"{self.address}/oauth2/clients", json=body, timeout=5).json()

    def add(self, subject: str, **claims: Any) -> None:
        response = requests.put(f"{self.address}/users/{subject}", json=claims, timeout=5)
        assert response.status_code == 204

    def sign_in(self, address: str, subject: str | None) -> str:
        """Consent as the subject, or cancel without one. Return the callback's address."""
        data = {"sub": subject} if subject else {"action": "deny"}
        response = requests.post(address, data=data, allow_redirects=False, timeout=5)
        assert response.status_code == 302, response.text
        back = response.headers["Location"]
        query = dict(parse_qsl(urlsplit(address).query))
        if subject is None:  # it leaves out the state, which RFC 6749 requires
            return f"{back}&{urlencode({'state': query['state']})}"
        return back


def _in_front_of(provider: Provider, application: Callable) -> Callable:
    def respond(environ: dict, start_response: Callable) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        provider.requested.append(path)
        if path == "/oauth2/token":
            length = int(environ.get("CONTENT_LENGTH") or 0)
            body = environ["wsgi.input"].read(length)
            environ["wsgi.input"] = BytesIO(body)
            posted = dict(parse_qsl(body.decode()))
            digest = hashlib.sha256(posted.get("code_verifier", "").encode()).digest()
            proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if proven != provider.challenges.get(posted["code"]):
                start_response("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": "invalid_grant"}']
        if path == "/oauth2/authorize" and environ["REQUEST_METHOD"] == "POST":
            query = dict(parse_qsl(environ["QUERY_STRING"]))

            def issue(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                back = urlsplit(dict(headers).get("Location", "")).query
                for code in parse_qs(back).get("code", []):
                    if provider.remembered_since is not None and "max_age" not in query:
                        _asked_at[code] = provider.remembered_since
                    provider.challenges[code] = query["code_challenge"]
                    assert query["code_challenge_method"] == "S256"
                return start_response(status, headers, *more)

            return application(environ, issue)
        if path in provider.answers:
            status, body = provider.answers[path]
            start_response(status, [("Content-Type", "application/json")])
            return [body]
        changes = {
            "/jwks": provider.change_keys,
            "/.well-known/openid-configuration": provider.change_discovery,
            "/oauth2/token": lambda tokens: (
                tokens
                | (
                    {"id_token": provider.change_token(tokens["id_token"])}
                    if "id_token" in tokens
                    else {}
                )
            ),
        }
        if path not in changes:
            return application(environ, start_response)
        started: list[Any] = []
        body = b"".join(application(environ, lambda *args: started.extend(args)))
        changed = json.dumps(changes[path](json.loads(body))).encode()
        headers = [(name, value) for name, value in started[1] if name != "Content-Length"]
        start_response(started[0], [*headers, ("Content-Length", str(len(changed)))])
        return [changed]

    return respond


@contextmanager
def running() -> Iterator[Provider]:
    """Run a provider that knows nobody, until the end of the block."""
    provider = Provider()
    application = oidc_provider_mock.app(require_client_registration=True, require_nonce=True)
    server = make_server(
        "127.0.0.1", 0, _in_front_of(provider, application), WSGIServer, handler_class=Quiet
    )
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def stalling(send: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Accept connections, and have `send` answer each; yield the address.

    `send` gets the connection and an event that is set at the end.
    """
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:

        def answer(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                send(connection, ended)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection = listening.accept()[0]
                    threading.Thread(target=answer, args=[connection], daemon=True).start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            ended.set()
            listening.shutdown(socket.SHUT_RDWR)
    accepting.join()


def silent(connection: socket.socket, ended: threading.Event) -> None:
    """Say nothing."""
    ended.wait()


def dribbling(headers: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Send these bytes at once, and then one after another without end."""

    def send(connection: socket.socket, ended: threading.Event) -> None:
        connection.sendall(headers)
        while not ended.wait(0.2):
            connection.sendall(b"a")

    return send


IN_ITS_STATUS_LINE = dribbling(b"HTTP/1.1 200 ")
IN_ITS_HEADERS = dribbling(b"HTTP/1.1 200 OK\r\nX-Slow: ")
IN_ITS_BODY = dribbling(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"issuer": "')
