"""What an OpenID provider publishes and signs: odd, hostile and changing answers."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client

from cinfactors.accounts.models import Session
from cinfactors.accounts.single_sign_on import configuration as published
from cinfactors.accounts.single_sign_on import exchange
from cinfactors.accounts.single_sign_on.id_tokens import ALGORITHMS
from tests.accounts import openid_provider
from tests.accounts.single_sign_on import (
    BACK,
    FAILED,
    START,
    configure_provider,
    is_signed_in,
    path_of,
    provider_address,
    refusal,
    sign_in_through,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

DISCOVERY, TOKEN, KEYS = "/.well-known/openid-configuration", "/oauth2/token", "/jwks"
DEEP = b"[" * 100_000
TOO_MUCH = b'{"issuer": "' + b"a" * exchange.MAX_BYTES + b'"}'

ODD_BODIES = {
    "nothing": b"",
    "not JSON": b"<html>Sign in to the proxy</html>",
    "not UTF-8": b"\xff\xfe{}",
    "a list": b"[]",
    "a text": b'"issuer"',
    "null": b"null",
    "a number": b"7",
    "an empty object": b"{}",
    "deep": DEEP,
    "a long number": b'{"issuer": ' + b"9" * 5000 + b"}",
    "too much": TOO_MUCH,
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_an_odd_configuration_is_refused(client, provider, body):
    provider.answers[DISCOVERY] = ("200 OK", body)
    assert refusal(client.get(START)) == FAILED


@pytest.mark.parametrize(
    "status", ["204 No Content", "301 Moved Permanently", "404 Not Found", "500 Server Error"]
)
def test_another_status_than_200_is_refused(client, provider, status):
    provider.answers[DISCOVERY] = (status, b"{}")
    assert refusal(client.get(START)) == FAILED


OK = b"HTTP/1.1 200 OK\r\n"
ODD_RESPONSES = {
    "nothing": b"",
    "no HTTP": b"\x16\x03\x01\x02\x00",
    "no status": b"HTTP/1.1 OK\r\n\r\n{}",
    "another status": b"HTTP/1.1 999 Odd\r\n\r\n{}",
    "a header without an end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
    "many headers": OK + b"X: a\r\n" * 500 + b"\r\n{}",
    "a length below zero": OK + b"Content-Length: -7\r\n\r\n{}",
    "a length that is none": OK + b"Content-Length: seven\r\n\r\n{}",
    "a length that it does not have": OK + b"Content-Length: 7\r\n\r\n{}",
    "a chunk that is none": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    "no gzip": OK + b"Content-Encoding: gzip\r\n\r\n{}",
    "a bomb": OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b" " * 50_000_000),
    "another host": b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n",
}


@pytest.mark.parametrize("response", ODD_RESPONSES.values(), ids=ODD_RESPONSES)
def test_an_odd_response_is_refused(client, settings, response):
    def send(connection: socket.socket, ended: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(response)

    with openid_provider.stalling(send) as address:
        configure_provider(settings, address, "any", "thing")
        assert refusal(client.get(START)) == FAILED


ODD_ADDRESSES = [
    None,
    "",
    7,
    True,
    ["https://login.example/authorize"],
    {"address": "https://login.example/authorize"},
    "login.example/authorize",
    "/authorize",
    "https://",
    "https:///authorize",
    "https://[login.example/authorize",
    "https://login.example:99999/authorize",
    "https://login.example:port/authorize",
    "https://somebody:secret@login.example/authorize",
    "https://login.example/authorize#part",
    "https://login.example/auth orize",
    "https://login.example/\r\nSet-Cookie: a=b",
    "https://login.example\\@elsewhere.example/",
    "https://login.exämple/authorize",
    "https://login.example/" + "a" * 2000,
    "ftp://login.example/authorize",
    "file:///etc/passwd",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_an_endpoint_that_is_no_encrypted_address_is_refused(client, provider, name):
    for value in ODD_ADDRESSES:
        published.forget()
        provider.change_discovery = lambda config, value=value: config | {name: value}
        assert refusal(client.get(START)) == FAILED, value


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_a_missing_endpoint_is_refused(client, provider, name):
    provider.change_discovery = lambda config: {
        key: value for key, value in config.items() if key != name
    }
    assert refusal(client.get(START)) == FAILED


@pytest.mark.parametrize(
    "methods", [None, [], "client_secret_basic", 7, {}, [None, 7], ["client_secret_basic"]]
)
def test_the_secret_is_sent_in_the_header_unless_a_form_is_named(client, provider, ada, methods):
    provider.change_discovery = lambda config: (
        config | {"token_endpoint_auth_methods_supported": methods}
    )
    sign_in_through(client, provider)
    assert is_signed_in(client)


def test_an_authorization_endpoint_keeps_a_query_of_its_own(client, provider, ada):
    own = {"policy": ["b2c sign-in"], "empty": [""]}
    provider.change_discovery = lambda config: (
        config
        | {
            "authorization_endpoint": config["authorization_endpoint"]
            + "?policy=b2c%20sign-in&empty="
        }
    )
    address = provider_address(client)
    query = parse_qs(urlsplit(address).query, keep_blank_values=True)
    assert {name: query[name] for name in own} == own
    assert address.count("?") == 1
    client.get(path_of(provider.sign_in(address, "subject-1")))
    assert is_signed_in(client)


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_an_odd_answer_to_the_code_is_refused(client, provider, ada, body):
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    provider.answers[TOKEN] = ("200 OK", body)
    assert refusal(client.get(back)) == FAILED
    assert not is_signed_in(client)


@pytest.mark.parametrize("token", [None, 7, [], {}, "a.b", "a.b.c", "é.é.é", "a" * 70_000, "..."])
def test_an_odd_token_is_refused(client, provider, ada, token):
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    provider.answers[TOKEN] = ("200 OK", json.dumps({"id_token": token}).encode())
    assert refusal(client.get(back)) == FAILED


ODD_KEYS = {
    **{name: body for name, body in ODD_BODIES.items() if name != "an empty object"},
    "no keys": b'{"keys": []}',
    "keys that are none": b'{"keys": [null, 7, "a", [], {}, {"kty": 7}, {"kty": "RSA"}]}',
    "keys as an object": b'{"keys": {"kty": "RSA"}}',
    "a shared secret": b'{"keys": [{"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}',
    "numbers that are none": b'{"keys": [{"kty": "RSA", "n": "!", "e": 7}]}',
}


@pytest.mark.parametrize("body", ODD_KEYS.values(), ids=ODD_KEYS)
def test_odd_keys_are_refused(client, provider, ada, body):
    provider.answers[KEYS] = ("200 OK", body)
    assert refusal(sign_in_through(client, provider)) == FAILED
    assert not is_signed_in(client)


# Signatures


@pytest.fixture(scope="module")
def pairs() -> dict:
    """A private key for each algorithm."""
    curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
    of_rsa = rsa.generate_private_key(65537, 2048)
    return {
        name: ec.generate_private_key(curves[name]) if name in curves else of_rsa
        for name in ALGORITHMS
    }


def public(key, **named) -> dict:
    """Return the public key as a provider publishes it."""
    kind = jwt.algorithms.ECAlgorithm if hasattr(key, "curve") else jwt.algorithms.RSAAlgorithm
    return json.loads(kind.to_jwk(key.public_key())) | named


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def sign_with(provider, key, algorithm: str, kid: str | None = "new", **named) -> None:
    """Have the provider sign with this key, and publish it."""
    headers = {} if kid is None else {"kid": kid}
    named = headers | {"use": "sig"} | named
    provider.change_token = lambda token: jwt.encode(
        claims_of(token), key, algorithm, headers=headers
    )
    provider.change_keys = lambda keys: {"keys": [*keys["keys"], public(key, **named)]}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("says", [True, False], ids=["says its algorithm", "says only its type"])
def test_each_algorithm_of_the_list_signs_a_person_in(
    client, provider, ada, pairs, algorithm, says
):
    named = {"alg": algorithm} if says else {}
    sign_with(provider, pairs[algorithm], algorithm, **named)
    sign_in_through(client, provider)
    assert is_signed_in(client)


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
def test_a_key_for_another_algorithm_is_refused(client, provider, ada, pairs, algorithm):
    sign_with(provider, pairs[algorithm], algorithm, alg="RS256")
    assert refusal(sign_in_through(client, provider)) == FAILED


def test_a_key_for_encryption_is_refused(client, provider, ada, pairs):
    sign_with(provider, pairs["RS256"], "RS256", use="enc")
    assert refusal(sign_in_through(client, provider)) == FAILED


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_shared_secret_is_refused_published_or_not(client, provider, ada, algorithm):
    secret = "a secret that everybody can read in the set of keys, and long enough for all"
    encoded = base64.urlsafe_b64encode(secret.encode()).decode()
    provider.change_token = lambda token: jwt.encode(
        claims_of(token), secret, algorithm, headers={"kid": "shared"}
    )
    provider.change_keys = lambda keys: {"keys": [{"kty": "oct", "k": encoded, "kid": "shared"}]}
    assert refusal(sign_in_through(client, provider)) == FAILED
    assert not is_signed_in(client)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, 7, ["RS256"], "ES256K"])
def test_a_token_with_another_algorithm_is_refused(client, provider, ada, algorithm):
    def forged(token: str) -> str:
        header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).rstrip(b"=")
        return ".".join([header.decode(), token.split(".")[1], ""])

    provider.change_token = forged
    assert refusal(sign_in_through(client, provider)) == FAILED


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": "soon"},
        {"exp": float("inf")},
        {"iat": float("-inf")},
        {"iat": float("nan")},
        {"iat": None},
        {"nbf": [7]},
        {"exp": 0},
        {"aud": 7},
        {"aud": [None]},
        {"sub": ["subject-1"]},
        {"sub": ""},
        {"sub": "a\0"},
        {"sub": "a" * 192},
        {"nonce": None},
        {"azp": "another"},
    ],
    ids=str,
)
def test_odd_claims_are_refused_signed_or_not(client, provider, ada, pairs, changed):
    sign_with(provider, pairs["RS256"], "RS256")
    provider.change_token = lambda token: jwt.encode(
        claims_of(token) | changed, pairs["RS256"], "RS256", headers={"kid": "new"}
    )
    assert refusal(sign_in_through(client, provider)) == FAILED
    assert not is_signed_in(client)


# What is kept in memory


def count(provider, path: str) -> int:
    return provider.requested.count(path)


def test_configuration_and_keys_are_fetched_once_for_many_people(client, provider, ada):
    for _ in range(5):
        sign_in_through(Client(), provider)
    assert (count(provider, DISCOVERY), count(provider, KEYS)) == (1, 1)


def test_they_are_fetched_anew_after_ten_minutes(client, provider, ada, monkeypatch):
    sign_in_through(Client(), provider)
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    assert (count(provider, DISCOVERY), count(provider, KEYS)) == (1, 1)
    _age(monkeypatch, published.KEPT_FOR)
    client.get(back)
    assert (count(provider, DISCOVERY), count(provider, KEYS)) == (2, 2)


def _age(monkeypatch, seconds: float) -> None:
    """Let so many seconds go by for what is kept."""
    ages = published._Kept.age.fget
    monkeypatch.setattr(published._Kept, "age", property(lambda kept: ages(kept) + seconds))


def test_an_invalid_configuration_is_not_kept(client, provider, ada):
    provider.answers[DISCOVERY] = ("500 Server Error", b"{}")
    assert refusal(client.get(START)) == FAILED
    provider.answers.clear()
    sign_in_through(client, provider)
    assert is_signed_in(client)


@pytest.mark.parametrize("kid", ["new", None], ids=["a new name", "no name"])
def test_new_keys_are_fetched_when_a_token_needs_them(
    client, provider, ada, pairs, monkeypatch, kid
):
    sign_in_through(Client(), provider)
    sign_with(provider, pairs["RS256"], "RS256", kid)
    _age(monkeypatch, published.KEYS_KEPT_AT_LEAST)
    sign_in_through(client, provider)
    assert is_signed_in(client)
    assert (count(provider, DISCOVERY), count(provider, KEYS)) == (1, 2)


def test_unknown_keys_are_fetched_at_most_once_a_minute(client, provider, ada, pairs):
    sign_in_through(Client(), provider)
    sign_with(provider, pairs["RS256"], "RS256")
    provider.change_keys = dict
    for _ in range(4):
        assert refusal(sign_in_through(Client(), provider)) == FAILED
    assert count(provider, KEYS) == 1


def test_a_withdrawn_key_is_refused_once_the_keys_are_fetched_anew(
    client, provider, ada, pairs, monkeypatch
):
    sign_with(provider, pairs["RS256"], "RS256")
    sign_in_through(Client(), provider)
    provider.change_keys = dict
    _age(monkeypatch, published.KEPT_FOR)
    assert refusal(sign_in_through(client, provider)) == FAILED


# What a browser keeps


def test_a_start_leaves_no_row_behind(client, provider):
    provider_address(client)
    assert not Session.objects.exists()
    client.get(f"{BACK}?code=x&state=x")
    client.get(f"{BACK}?error=access_denied&state=x")
    assert not Session.objects.exists()
    assert "session" not in client.cookies


def test_what_a_start_leaves_in_the_browser_is_encrypted_and_short_lived(client, provider):
    address = provider_address(client, "?next=/note/")
    (cookie,) = client.cookies.values()
    assert cookie.key == f"single-sign-on-{parse_qs(urlsplit(address).query)['state'][0]}"
    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["max-age"]) == ("Lax", 600)
    assert b"note" not in base64.urlsafe_b64decode(cookie.value)


def test_three_tabs_return_in_any_order(client, provider, ada):
    backs = [path_of(provider.sign_in(provider_address(client), "subject-1")) for _ in range(3)]
    for back in (backs[1], backs[2], backs[0]):
        assert client.get(back)["Location"] == "/"
        assert is_signed_in(client)
        client.cookies.pop("session")


def test_many_starts_leave_three_cookies(client, provider):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(30):
            last = provider_address(client)
            clock.shift(timedelta(seconds=1))
    left = [cookie.key for cookie in client.cookies.values() if cookie.value]
    assert len(left) == 3
    assert f"single-sign-on-{parse_qs(urlsplit(last).query)['state'][0]}" in left


def test_a_very_long_next_page_is_left_out(client, provider, ada):
    response = sign_in_through(client, provider, query=f"?next=/note/{'a' * 3000}")
    assert response["Location"] == "/"


@pytest.mark.parametrize("of", ["a", '"', "\\", "ü", "\x7f", "\x01", "漢", "😀", "\U0010ffff"])
def test_a_next_page_of_any_characters_and_length_fits_in_a_cookie(client, provider, ada, of):
    """A browser drops a cookie of more than 4,096 bytes; gunicorn takes 8,190 of all of them."""
    for length in (40, 120, 250, 490, 500, 700, 1500, 3000):
        query = urlencode({"next": f"/note/?of={of * length}"})
        sizes = [
            len(f"{cookie.key}={cookie.coded_value}")
            for cookie in client.get(f"{START}?{query}").cookies.values()
            if cookie.value
        ]
        assert max(sizes) <= 8190 // 4
    response = sign_in_through(client, provider, query=f"?{urlencode({'next': f'/note/?of={of}'})}")
    assert response["Location"].startswith("/note/?of="), "a short one is kept"


@pytest.mark.parametrize("change", ["altered", "another start's", "another key's"])
def test_a_changed_cookie_is_refused(client, provider, ada, settings, change):
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    name = next(iter(client.cookies))
    if change == "altered":
        value = client.cookies[name].value
        client.cookies[name] = value[:-8] + ("B" if value[-8] == "A" else "A") + value[-7:]
    elif change == "another start's":
        other = Client()
        provider_address(other)
        client.cookies[name] = next(iter(other.cookies.values())).value
    else:
        settings.SECRET_KEY = "another"
    assert refusal(client.get(back)) == FAILED
    assert not is_signed_in(client)


def test_a_start_is_accepted_after_the_secret_key_was_changed(client, provider, ada, settings):
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    client.get(back)
    assert is_signed_in(client)


def test_a_start_returns_once_even_where_its_cookie_is_kept(client, provider, ada):
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    kept = client.cookies.copy()
    client.get(back)
    other = Client()
    other.cookies = kept
    provider.requested.clear()
    assert refusal(other.get(back)) == FAILED
    assert provider.requested == []
