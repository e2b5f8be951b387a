"""The policy of pages, and requests that are refused before any page."""

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse

from cinfactors.wsgi import application

SIGN_IN = reverse("account_login")


@pytest.mark.django_db
def test_the_content_security_policy_allows_only_this_site():
    policy = Client().get(SIGN_IN).headers["Content-Security-Policy"]
    assert sorted(policy.split("; ")) == [
        "base-uri 'none'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]


@pytest.mark.django_db
def test_pages_are_not_framed_or_sniffed_and_send_no_referrer():
    headers = Client().get(SIGN_IN).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def visitor() -> Client:
    """A browser that has opened the sign-in page, so that its form's token is checked."""
    client = Client(enforce_csrf_checks=True)
    client.get(SIGN_IN)
    return client


@pytest.mark.django_db
def test_a_body_of_five_megabytes_is_refused():
    body = "login=" + "x" * 5_000_000
    response = visitor().post(SIGN_IN, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400


@pytest.mark.django_db
def test_too_many_fields_are_refused():
    fields = {"login": [str(number) for number in range(1_000)]}
    assert visitor().post(SIGN_IN, fields).status_code == 400


def status_of(content_type: str) -> str:
    """Return how the WSGI application answers a request of this content type."""
    answered = []
    environ = RequestFactory()._base_environ(PATH_INFO="/healthz", CONTENT_TYPE=content_type)
    list(application(environ, lambda status, headers: answered.append(status)))
    return answered[0]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain; charset=rot13",
        'multipart/form-data; boundary=x; CHARSET = "hex"',
        "multipart/form-data;charset=unicode_escape; boundary=x",
        "application/x-www-form-urlencoded; charset=utf-16",
        "text/plain; charset=utf-8-sig",
        "text/plain; charset=",
        "text/plain; charset*=utf-8''%00",
        "text/plain; other*=no-such''x",
    ],
)
def test_a_request_in_another_charset_than_utf_8_is_refused(content_type: str):
    assert status_of(content_type) == "400 Bad Request"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        'multipart/form-data; charset = "utf8" ; boundary=charset',
    ],
)
@pytest.mark.django_db
def test_a_request_in_utf_8_is_answered(content_type: str):
    assert status_of(content_type) == "200 OK"


@pytest.mark.django_db
def test_another_host_is_refused():
    assert Client().get(SIGN_IN, headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.django_db
def test_the_admins_own_sign_in_redirects_to_ours():
    response = Client().get(reverse("admin:login"), {"next": "/admin/"})
    assert response.status_code == 302
    assert response["Location"].startswith(SIGN_IN)


def test_the_content_security_policy_allows_nothing_unsafe():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert not any("unsafe" in source for sources in directives.values() for source in sources)
