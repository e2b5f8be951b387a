"""The address that a request comes from: behind proxies, and behind a dual-stack socket."""

from __future__ import annotations

import pytest
from django.test import Client

from cinfactors.web.addresses import UnknownAddress, client_address, known_address
from cinfactors.web.headers import ALWAYS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:C000:207", "192.0.2.7"),
        ("64:ff9b::192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
        ("::1", "::1"),
        ("fe80::7%eth0", "fe80::7"),
    ],
)
def test_the_address_of_a_connection(rf, remote, address):
    assert client_address(rf.get("/", REMOTE_ADDR=remote)) == address


@pytest.mark.parametrize(
    ("proxies", "chain", "address"),
    [
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "203.0.113.9, 192.0.2.7", "192.0.2.7"),
        (1, "unknown, ', 192.0.2.7", "192.0.2.7"),
        (2, "192.0.2.7, 10.0.0.1", "192.0.2.7"),
        (2, "192.0.2.7, unix:", "192.0.2.7"),
        (2, "203.0.113.9,192.0.2.7,10.0.0.1", "192.0.2.7"),
        (1, "192.0.2.7:50000", "192.0.2.7"),
        (1, "[2001:db8::7]:50000", "2001:db8::7"),
        (1, "[2001:db8::7]", "2001:db8::7"),
        (1, "::ffff:192.0.2.7", "192.0.2.7"),
        (1, "[::ffff:192.0.2.7]:50000", "192.0.2.7"),
    ],
)
def test_the_address_behind_proxies(rf, settings, proxies, chain, address):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(rf.get("/", headers={"X-Forwarded-For": chain})) == address


UNKNOWN = [
    (1, None),
    (1, ""),
    (1, " "),
    (2, "192.0.2.7"),
    (3, "192.0.2.7, 10.0.0.1"),
    (1, "unknown"),
    (1, "192.0.2.7,"),
    (1, "192.0.2.7, unix:"),
    (1, "192.0.2.700"),
    (1, "::ffff:192.0.2.7.1"),
    (1, "[192.0.2.7"),
    (1, "[]"),
    (1, "a" * 8000),
    (1, "192.0.2.7; DROP TABLE"),
]


@pytest.mark.parametrize(("proxies", "chain"), UNKNOWN)
def test_a_request_whose_sender_the_proxies_do_not_name_is_refused_in_words(
    settings, proxies, chain
):
    settings.TRUSTED_PROXIES = proxies
    headers = {} if chain is None else {"X-Forwarded-For": chain}
    for response in (
        Client().get("/account/sign-in/", headers=headers),
        Client().post("/account/sign-in/", {"login": "ada", "password": "no"}, headers=headers),
        Client().get("/no-such-page/", headers=headers),
    ):
        assert response.status_code == 400
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert {name: response[name] for name in ALWAYS} == ALWAYS
        text = response.content.decode()
        assert "does not say where it comes from" in text
        assert "Set TRUSTED_PROXIES to the number of proxies" in text
        assert "192.0.2" not in text


def test_a_probe_needs_no_forwarded_address(settings):
    settings.TRUSTED_PROXIES = 1
    assert Client().get("/healthz").status_code == 200


def test_pages_open_behind_the_right_number_of_proxies(settings):
    settings.TRUSTED_PROXIES = 2
    chain = {"X-Forwarded-For": "192.0.2.7, 10.0.0.1"}
    assert Client().get("/account/sign-in/", headers=chain).status_code == 200


@pytest.mark.parametrize("remote", ["", "@", "/run/socket"])
def test_a_connection_without_an_address_signs_nobody_in_and_says_so(rf, remote):
    request = rf.get("/", REMOTE_ADDR=remote)
    with pytest.raises(UnknownAddress):
        client_address(request)
    assert known_address(request) is None
    assert Client().get("/account/sign-in/", REMOTE_ADDR=remote).status_code == 200
    posted = Client().post(
        "/account/sign-in/", {"login": "ada", "password": "no"}, REMOTE_ADDR=remote
    )
    assert posted.status_code == 400
    assert "does not say where it comes from" in posted.content.decode()


def test_whoever_reaches_the_port_makes_up_an_address_as_the_documents_say(client, settings):
    """Nothing tells their header from a proxy's: the port has to be the proxy's alone."""
    settings.TRUSTED_PROXIES = 1
    made_up = {"X-Forwarded-For": "203.0.113.9"}
    assert client.get("/account/sign-in/", headers=made_up).status_code == 200
    readme = (settings.BASE_DIR / "README.md").read_text()
    (row,) = [line for line in readme.splitlines() if line.startswith("| `TRUSTED_PROXIES` |")]
    assert "who reaches it directly can make them up" in row
    assert "a proxy that alone can reach the application's port" in readme
    security = (settings.BASE_DIR / "docs" / "security.md").read_text()
    assert "It alone can reach the application's port" in security
