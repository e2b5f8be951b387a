"""A real OpenID provider at an address of its own: `oidc_provider_mock`, built on Authlib.

It has keys, codes that work once and a client secret that it checks, and it signs its tokens. Two
things that it lacks are added in front of it: the check of the proof key of a code (RFC 7636),
and responses that are forged, as a false provider or somebody between might send them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@dataclass
class Provider:
    """The provider, and how it changes what it sends."""

    address: str = ""
    challenges: dict[str, str] = field(default_factory=dict)
    """For each code that was issued, what its verifier has to hash to."""
    requested: list[str] = field(default_factory=list)
    """Every path that was requested."""
    change_discovery: Callable[[dict], dict] = dict
    change_token: Callable[[str], str] = str

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
        for code in parse_qs(urlsplit(back).query).get("code", []):
            self.challenges[code] = query["code_challenge"]
            assert query["code_challenge_method"] == "S256"
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
        changes = {
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
