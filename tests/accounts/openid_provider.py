"""A real OpenID provider at an address of its own: `oidc_provider_mock`, built on Authlib.

It has keys, codes that serve once, a secret that it checks, and signs what it says. Two things it
leaves out are added before it: the proof key of a code (RFC 7636), which it must see to be
asked, and the ways in which a provider, or somebody between, can be false.
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

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # it is asked within this machine
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what its own libraries will drop one day
    import oidc_provider_mock


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@dataclass
class Provider:
    """The provider, and what it has been told to be false in."""

    address: str = ""
    challenges: dict[str, str] = field(default_factory=dict)
    """Of each code that was given out, what its verifier has to hash to."""
    asked: list[str] = field(default_factory=list)
    """Every path that was asked for."""
    change_discovery: Callable[[dict], dict] = dict
    change_token: Callable[[str], str] = str

    def register(self, back: str) -> dict[str, str]:
        """A client that may send people back to this address alone."""
        body = {"redirect_uris": [back], "token_endpoint_auth_method": "client_secret_basic"}
        return requests.post(f"{self.address}/oauth2/clients", json=body, timeout=5).json()

    def add(self, subject: str, **claims: Any) -> None:
        answer = requests.put(f"{self.address}/users/{subject}", json=claims, timeout=5)
        assert answer.status_code == 204

    def sign_in(self, asked: str, subject: str | None) -> str:
        """The person agrees at the address they were led to, or refuses; where they are led."""
        data = {"sub": subject} if subject else {"action": "deny"}
        answer = requests.post(asked, data=data, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        back = answer.headers["Location"]
        query = dict(parse_qsl(urlsplit(asked).query))
        if subject is None:  # of a refusal it leaves out the state, which RFC 6749 asks for
            return f"{back}&{urlencode({'state': query['state']})}"
        for code in parse_qs(urlsplit(back).query).get("code", []):
            self.challenges[code] = query["code_challenge"]
            assert query["code_challenge_method"] == "S256"
        return back


def _before(provider: Provider, application: Callable) -> Callable:
    def answer(environ: dict, start_response: Callable) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        provider.asked.append(path)
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
            "/oauth2/token": lambda said: (
                said
                | (
                    {"id_token": provider.change_token(said["id_token"])}
                    if "id_token" in said
                    else {}
                )
            ),
        }
        if path not in changes:
            return application(environ, start_response)
        begun: list[Any] = []
        said = b"".join(application(environ, lambda *args: begun.extend(args)))
        changed = json.dumps(changes[path](json.loads(said))).encode()
        headers = [(name, value) for name, value in begun[1] if name != "Content-Length"]
        start_response(begun[0], [*headers, ("Content-Length", str(len(changed)))])
        return [changed]

    return answer


@contextmanager
def running() -> Iterator[Provider]:
    """A provider with nobody in it, until the end of the block."""
    provider = Provider()
    application = oidc_provider_mock.app(require_client_registration=True, require_nonce=True)
    server = make_server(
        "127.0.0.1", 0, _before(provider, application), WSGIServer, handler_class=Quiet
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
