"""Headers and cookies of an installation with the default settings."""

from __future__ import annotations

import json

import pytest

from tests.programs import PRODUCTION, python

GET_EACH = """
import django, json
from django.conf import settings
# Files by their own names, since none are collected here.
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
django.setup()
from django.test import Client
def get(address, **how):
    response = Client(raise_request_exception=False).get(address, **how)
    cookies = {name: morsel.OutputString() for name, morsel in response.cookies.items()}
    return [response.status_code, dict(response.headers), cookies]
host = {"HTTP_HOST": "factors.exampleshire.gov.uk"}
print(json.dumps({
    "page": get("/account/sign-in/", secure=True, **host),
    "http": get("/account/sign-in/?next=/", **host),
    "another host": get("/account/sign-in/", HTTP_HOST="elsewhere.example"),
    "spoofed": get("/account/sign-in/", HTTP_X_FORWARDED_PROTO="https", **host),
    "health": get("/healthz"),
    "not found": get("/nothing", secure=True, **host),
}))
"""


@pytest.fixture(scope="module")
def answers() -> dict:
    """Status, headers and cookies of pages that need no database: there is none here."""
    done = python("-c", GET_EACH, DJANGO_SETTINGS_MODULE="cinfactors.settings", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_hsts_lasts_a_year_and_includes_subdomains(answers):
    for name in ("page", "not found"):
        assert answers[name][1]["Strict-Transport-Security"] == (
            "max-age=31536000; includeSubDomains; preload"
        )


def test_http_redirects_to_https_and_shows_nothing(answers):
    status, headers, cookies = answers["http"]
    assert (status, cookies) == (301, {})
    assert headers["Location"] == "https://factors.exampleshire.gov.uk/account/sign-in/?next=/"
    assert answers["spoofed"][0] == 301


def test_every_cookie_is_bound_to_this_host_and_to_https(answers):
    cookies = answers["page"][2]
    assert cookies
    for name, value in cookies.items():
        assert name.startswith("__Host-")
        parts = {part.strip().lower() for part in value.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
        assert not [part for part in parts if part.startswith("domain")]


def test_responses_made_by_middleware_have_the_headers_too(answers):
    assert {name: each[0] for name, each in answers.items()} == {
        "page": 200,
        "http": 301,
        "another host": 400,
        "spoofed": 301,
        "health": 200,
        "not found": 404,
    }
    for name, (_, headers, _) in answers.items():
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], name
        assert headers["Permissions-Policy"].startswith("accelerometer=()"), name
