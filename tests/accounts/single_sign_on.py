"""A person's way through single sign-on, in a test client and at a real provider."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.test import Client

from cinfactors.accounts.single_sign_on import configuration as published

START, BACK = "/account/single-sign-on/", "/account/single-sign-on/back/"
LINK = "/account/single-sign-on/link/"
FAILED, UNKNOWN = "You are not signed in", "You cannot sign in"


def configure_provider(settings, issuer: str, client_id: str, secret: str) -> None:
    published.forget()
    settings.OIDC_ISSUER = issuer
    app = {
        "provider_id": issuer,
        "name": "the work account",
        "client_id": client_id,
        "secret": secret,
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"oidc": {"APPS": [app]}}


def provider_address(client: Client, query: str = "", start: str = START) -> str:
    """Return the address at the provider that a person is redirected to."""
    response = client.get(start + query)
    assert response.status_code == 302
    return response["Location"]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def sign_in_through(
    client: Client,
    provider,
    subject: str | None = "subject-1",
    query: str = "",
    start: str = START,
):
    """Sign in at the provider and return the response to its callback."""
    return client.get(path_of(provider.sign_in(provider_address(client, query, start), subject)))


def is_signed_in(client: Client) -> bool:
    return client.get("/note/").status_code == 200


def heading(response) -> str:
    return response.content.decode().partition('<h1 class="govuk-heading-l">')[2].partition("<")[0]


def refusal(response) -> str:
    """Return the heading of the page that refuses the sign-in."""
    assert response.status_code == 403
    return heading(response)
