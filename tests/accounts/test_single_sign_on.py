"""Single sign-on through an OpenID provider that runs beside the tests, over HTTP."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from cinfactors.accounts.form_recovery import sign_draft_owner
from cinfactors.accounts.models import Role, Session, User
from cinfactors.accounts.single_sign_on import configuration as published
from cinfactors.administration import services
from tests.accounts.codes import add_app
from tests.accounts.single_sign_on import (
    BACK,
    FAILED,
    START,
    UNKNOWN,
    configure_provider,
    is_signed_in,
    path_of,
    provider_address,
    refusal,
    sign_in_through,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


def test_without_a_provider_single_sign_on_is_404(client):
    assert client.get(START).status_code == client.get(BACK).status_code == 404
    assert START not in client.get("/account/sign-in/").content.decode()


def test_the_sign_in_page_links_to_single_sign_on_with_the_requested_page(client, provider):
    html = client.get("/account/sign-in/?next=/note/").content.decode()
    assert f'href="{START}?next=%2Fnote%2F"' in html
    assert "Sign in with your work account" in html


def test_the_request_to_the_provider_has_state_nonce_and_a_proof_key(client, provider):
    requested = urlsplit(provider_address(client))
    query = {name: value for name, (value,) in parse_qs(requested.query).items()}
    assert f"{requested.scheme}://{requested.netloc}" == provider.address
    assert query["redirect_uri"] == f"http://testserver{BACK}"
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert sorted(query["scope"].split()) == ["email", "openid", "profile"]
    again = parse_qs(urlsplit(provider_address(client)).query)
    for name in ("state", "nonce", "code_challenge"):
        assert len(query[name]) >= 16
        assert query[name] != again[name][0]


def test_a_query_cannot_add_to_the_request_to_the_provider(client, provider):
    more = urlencode(
        {
            "scope": "offline_access",
            "auth_params": "prompt=none&claims=all",
            "process": "connect",
            "next": "https://elsewhere.example/",
        }
    )
    requested = parse_qs(urlsplit(provider_address(client, f"?{more}")).query)
    assert "prompt" not in requested
    assert "offline_access" not in requested["scope"][0]


def test_a_person_whom_an_administrator_added_is_signed_in(client, provider, ada):
    response = sign_in_through(client, provider, query="?next=/note/")
    assert response["Location"] == "/note/"
    assert is_signed_in(client)
    assert Session.objects.get().person == ada


def test_the_first_single_sign_on_links_the_person_and_is_recorded(client, provider, ada):
    sign_in_through(client, provider)
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (ada, provider.address, "subject-1")
    assert [change.what for change in ada.sign_in_changes.all()] == ["linked"]


def test_nothing_that_the_provider_knows_is_stored(client, provider, ada):
    sign_in_through(client, provider)
    sign_in_through(Client(), provider)
    assert SocialAccount.objects.get().extra_data == {}
    assert not SocialToken.objects.exists()
    ada.refresh_from_db()
    assert (ada.name, ada.email) == ("Ada Example", "")


def test_a_linked_person_stays_linked_when_user_names_change(client, provider, ada, ben):
    sign_in_through(client, provider)
    provider.add("subject-1", preferred_username="ben")
    User.objects.filter(pk=ada.pk).update(username="ada.winter")
    again = Client()
    sign_in_through(again, provider)
    assert int(again.session["_auth_user_id"]) == ada.pk


def test_a_user_name_given_to_somebody_else_at_the_provider_is_refused(client, provider, ada):
    sign_in_through(client, provider)
    provider.add("subject-2", preferred_username="ada")
    other = Client()
    assert refusal(sign_in_through(other, provider, "subject-2")) == UNKNOWN
    assert not is_signed_in(other)
    assert SocialAccount.objects.count() == 1


def test_an_administrator_unlinks_a_person(client, provider, ada, make_person):
    sign_in_through(client, provider)
    services.unlink_single_sign_on(by=make_person("abe", Role.ADMINISTRATOR), person=ada)
    assert not is_signed_in(client)
    provider.add("subject-2", preferred_username="ada")
    sign_in_through(client, provider, "subject-2")
    assert is_signed_in(client)
    assert [change.what for change in ada.sign_in_changes.all()] == ["linked", "unlinked", "linked"]


def test_other_roles_cannot_unlink_a_person(ada, ben):
    with pytest.raises(PermissionDenied):
        services.unlink_single_sign_on(by=ben, person=ada)


@pytest.mark.parametrize("name", ["nobody", "", None, 7, ["ada"], "ada\0"])
def test_a_person_whom_nobody_added_is_refused_and_not_added(client, provider, ada, name):
    provider.add("subject-9", **({} if name is None else {"preferred_username": name}))
    assert refusal(sign_in_through(client, provider, "subject-9")) == UNKNOWN
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert not is_signed_in(client)


def test_the_providers_user_name_is_matched_without_regard_to_case(client, provider, ada):
    provider.add("subject-1", preferred_username="ADA")
    sign_in_through(client, provider)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("claims", "accepted"),
    [
        ({"email": "ada", "email_verified": True}, True),
        ({"email": "ada", "email_verified": False}, False),
        ({"email": "ada", "email_verified": "true"}, False),
        ({"email": "ada"}, False),
        ({"preferred_username": "ada"}, False),
    ],
)
def test_an_email_address_is_accepted_only_if_verified(
    client, provider, ada, settings, claims, accepted
):
    settings.OIDC_USERNAME_CLAIM = "email"
    provider.add("subject-1", **claims)
    sign_in_through(client, provider)
    assert is_signed_in(client) is accepted


@pytest.mark.parametrize("linked", [True, False])
def test_a_closed_account_is_not_signed_in(client, provider, ada, linked):
    if linked:
        sign_in_through(Client(), provider)
    User.objects.update(is_active=False)
    assert sign_in_through(client, provider)["Location"] == "/account/inactive/"
    assert not is_signed_in(client)
    assert SocialAccount.objects.count() == linked


def test_closing_an_account_ends_its_single_sign_on_at_the_next_request(client, provider, ada):
    sign_in_through(client, provider)
    User.objects.update(is_active=False)
    assert not is_signed_in(client)


def test_cancelling_at_the_provider_has_a_page_of_its_own(client, provider, ada):
    response = sign_in_through(client, provider, None)
    assert refusal(response) == FAILED
    assert "You stopped signing in" in response.content.decode()


# What is refused


def test_a_callback_works_once(client, provider, ada):
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    client.get(back)
    client.post("/account/sign-out/")
    assert refusal(client.get(back)) == FAILED
    assert not is_signed_in(client)


def test_a_code_works_once(client, provider, ada):
    used = parse_qs(urlsplit(provider.sign_in(provider_address(client), "subject-1")).query)
    client.get(f"{BACK}?{urlencode(used, doseq=True)}")
    other = Client()
    state = parse_qs(urlsplit(provider_address(other)).query)["state"][0]
    assert refusal(other.get(f"{BACK}?{urlencode({'code': used['code'][0], 'state': state})}"))
    assert not is_signed_in(other)


def test_a_code_issued_to_another_browser_is_refused(client, provider, ada):
    """The state is this browser's, but the code has the proof key and nonce of another."""
    theirs = parse_qs(urlsplit(provider.sign_in(provider_address(Client()), "subject-1")).query)
    state = parse_qs(urlsplit(provider_address(client)).query)["state"][0]
    query = urlencode({"code": theirs["code"][0], "state": state})
    assert refusal(client.get(f"{BACK}?{query}")) == FAILED
    assert not is_signed_in(client)


def test_a_callback_that_this_browser_did_not_start_is_refused(client, provider, ada):
    """An attacker sends somebody their own callback, to have them work as the attacker."""
    back = path_of(provider.sign_in(provider_address(Client()), "subject-1"))
    assert refusal(client.get(back)) == FAILED
    assert not is_signed_in(client)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=x"])
def test_a_callback_without_code_or_state_is_refused(client, provider, query):
    assert refusal(client.get(BACK + query)) == FAILED


def test_a_callback_after_ten_minutes_is_refused(client, provider, ada):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        back = path_of(provider.sign_in(provider_address(client), "subject-1"))
        clock.shift(timedelta(minutes=10, seconds=1))
        assert refusal(client.get(back)) == FAILED


OTHERS_KEY = rsa.generate_private_key(65537, 2048)


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def signed_again(token: str, **changed) -> str:
    """Return the token signed with a key that is not the provider's."""
    named = jwt.get_unverified_header(token)
    headers = {"kid": named["kid"]} if "kid" in named else None
    return jwt.encode(claims_of(token) | changed, OTHERS_KEY, "RS256", headers=headers)


def unsigned(token: str) -> str:
    return jwt.encode(claims_of(token), None, "none")


def signed_with_what_is_public(token: str) -> str:
    return jwt.encode(claims_of(token), "the provider's public key, as a secret " * 2, "HS256")


def altered(token: str) -> str:
    head, _, signature = token.split(".")
    other = jwt.encode(claims_of(token) | {"sub": "subject-2"}, None, "none").split(".")[1]
    return f"{head}.{other}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        signed_again,
        unsigned,
        signed_with_what_is_public,
        altered,
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: "",
        lambda token: "not a token",
    ],
    ids=["another key", "no key", "a public key", "altered", "cut off", "none", "no token"],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(client, provider, ada, forge):
    provider.change_token = forge
    assert refusal(sign_in_through(client, provider)) == FAILED
    assert not is_signed_in(client)


def test_the_token_of_an_earlier_sign_in_is_refused(client, provider, ada):
    seen = []
    provider.change_token = lambda token: seen.append(token) or token
    sign_in_through(Client(), provider)
    provider.change_token = lambda token: seen[0]
    assert refusal(sign_in_through(client, provider)) == FAILED
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "issuer", ["https://elsewhere.example", "https://login.example/common/v2.0", "", None]
)
def test_a_configuration_of_another_issuer_is_refused(client, provider, ada, issuer):
    provider.change_discovery = lambda config: config | {"issuer": issuer}
    assert refusal(client.get(START)) == FAILED


def test_a_token_of_another_issuer_is_refused(client, provider, ada, settings):
    """The issuer in the provider's tokens is not the one in its configuration."""
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    address = provider.address.replace("127.0.0.1", "localhost")
    provider.change_discovery = lambda config: (
        config | {"token_endpoint": config["token_endpoint"].replace(provider.address, address)}
    )
    published.forget()
    assert refusal(client.get(back)) == FAILED
    assert not is_signed_in(client)


def test_a_token_for_another_client_is_refused(client, provider, ada, settings):
    other = provider.register(f"http://testserver{BACK}")
    seen = []
    provider.change_token = lambda token: seen.append(token) or token
    sign_in_through(Client(), provider)
    configure_provider(settings, provider.address, other["client_id"], other["client_secret"])
    provider.change_token = lambda token: seen[0]
    assert refusal(sign_in_through(client, provider)) == FAILED


def test_a_wrong_client_secret_signs_nobody_in(client, provider, ada, settings):
    registered = provider.register(f"http://testserver{BACK}")
    configure_provider(settings, provider.address, registered["client_id"], "wrong")
    assert refusal(sign_in_through(client, provider)) == FAILED


def test_no_request_is_made_to_an_unencrypted_endpoint(client, provider, settings):
    settings.OIDC_SCHEMES = {"https"}
    provider.requested.clear()
    assert refusal(client.get(START)) == FAILED
    assert provider.requested == ["/.well-known/openid-configuration"]


def test_an_unreachable_provider_has_the_page_of_a_failure(client, provider, settings):
    configure_provider(settings, "http://127.0.0.1:1", "any", "thing")
    assert refusal(client.get(START)) == FAILED
    assert refusal(client.get(f"{BACK}?code=x&state=x")) == FAILED


def test_a_provider_in_the_database_is_ignored(client, provider, settings):
    SocialApp.objects.create(
        provider="oidc",
        provider_id=provider.address,
        client_id="another",
        settings={"server_url": "http://127.0.0.1:1"},
    )
    assert provider_address(client).startswith(provider.address)


def test_another_site_cannot_start_single_sign_on(client, provider):
    response = client.get(START, headers={"Sec-Fetch-Site": "cross-site"})
    assert response["Location"] == "/account/sign-in/"


def test_single_sign_on_refuses_posts(client, provider):
    assert client.post(START).status_code == client.post(BACK).status_code == 405


# With the second factor, form recovery and sessions


def test_the_providers_second_factor_counts(client, provider, make_person, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    make_person("mo", Role.TEAM_MANAGER, is_staff=True)
    provider.add("subject-3", preferred_username="mo")
    sign_in_through(client, provider, "subject-3")
    assert is_signed_in(client)


def test_our_second_factor_is_required_if_the_providers_does_not_count(
    client, provider, make_person, settings
):
    settings.SECOND_FACTOR_REQUIRED, settings.OIDC_BRINGS_SECOND_FACTOR = True, "off"
    make_person("mo", Role.TEAM_MANAGER, is_staff=True)
    provider.add("subject-3", preferred_username="mo")
    sign_in_through(client, provider, "subject-3")
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"
    add_app(client)
    assert is_signed_in(client)
    again = Client()
    assert sign_in_through(again, provider, "subject-3")["Location"] == "/account/sign-in/code/"
    assert not is_signed_in(again)


NOW = datetime(2026, 5, 12, 9, tzinfo=UTC)
OURS_IS_REQUIRED = "/account/second-factor/?next=/note/"


@pytest.fixture
def mo_signs_in(client, provider, make_person, settings):
    """Sign in a manager with these claims in the signed token. Return whether that is enough."""
    settings.SECOND_FACTOR_REQUIRED = True
    make_person("mo", Role.TEAM_MANAGER, is_staff=True)

    def signs_in(brings: str, **claims) -> bool:
        settings.OIDC_BRINGS_SECOND_FACTOR = brings
        provider.add("subject-3", preferred_username="mo", **claims)
        sign_in_through(client, provider, "subject-3")
        return is_signed_in(client)

    with time_machine.travel(NOW, tick=False):
        yield signs_in


@pytest.mark.parametrize(
    ("brings", "claims"),
    [
        ("amr:mfa", {"amr": ["pwd", "mfa"]}),
        ("amr:mfa", {"amr": "mfa"}),
        ("acrs:c1", {"acrs": ["c1", "c2"]}),
        ("acr:urn:example:two-factors", {"acr": "urn:example:two-factors"}),
    ],
)
def test_the_providers_second_factor_counts_if_the_token_says_so(mo_signs_in, brings, claims):
    assert mo_signs_in(brings, **claims)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"amr": []},
        {"amr": ["pwd"]},
        {"amr": ["pwd", "MFA"]},
        {"amr": "pwd mfa"},
        {"amr": ["mfa-not"]},
        {"amr": {"mfa": True}},
        {"amr": True},
        {"amr": None},
        {"acr": "mfa"},
    ],
)
def test_our_second_factor_is_required_if_the_token_does_not_say_so(client, mo_signs_in, claims):
    assert not mo_signs_in("amr:mfa", **claims)
    assert client.get("/note/")["Location"] == OURS_IS_REQUIRED


def test_a_token_that_says_so_does_not_count_if_ours_is_always_required(mo_signs_in):
    assert not mo_signs_in("off", amr=["mfa"])


@pytest.mark.parametrize("brings", ["on", "amr:mfa"])
@pytest.mark.parametrize(
    ("ago", "counts"),
    [
        (timedelta(), True),
        (timedelta(hours=12), True),
        (timedelta(hours=12, seconds=1), False),
        (timedelta(days=80), False),
        (timedelta(minutes=-1), True),
        (timedelta(minutes=-1, seconds=-1), False),
    ],
)
def test_an_authentication_longer_ago_than_a_sign_in_lasts_does_not_count(
    mo_signs_in, brings, ago, counts
):
    at = int((NOW - ago).timestamp())
    assert mo_signs_in(brings, amr=["mfa"], auth_time=at) is counts


@pytest.mark.parametrize("at", ["", "yesterday", None, [], True])
def test_a_malformed_auth_time_does_not_count(mo_signs_in, at):
    assert not mo_signs_in("on", auth_time=at)


def test_a_person_with_our_second_factor_shows_it_if_the_token_says_nothing(
    client, provider, mo_signs_in
):
    assert not mo_signs_in("amr:mfa")
    add_app(client)
    assert is_signed_in(client)
    again = Client()
    assert sign_in_through(again, provider, "subject-3")["Location"] == "/account/sign-in/code/"
    provider.add("subject-3", preferred_username="mo", amr=["mfa"])
    assert sign_in_through(again, provider, "subject-3")["Location"] == "/"
    assert is_signed_in(again)


def test_a_changed_setting_applies_to_existing_sessions(client, mo_signs_in, settings):
    assert mo_signs_in("on")
    settings.OIDC_BRINGS_SECOND_FACTOR = "amr:mfa"
    assert client.get("/note/")["Location"] == OURS_IS_REQUIRED


def test_a_claim_signed_by_another_key_signs_nobody_in(mo_signs_in, provider):
    provider.change_token = lambda token: signed_again(token, amr=["mfa"])
    assert not mo_signs_in("amr:mfa")


def test_signing_in_with_a_password_still_requires_our_second_factor(
    client, provider, make_person, settings, sign_in
):
    settings.SECOND_FACTOR_REQUIRED = True
    make_person("mo", Role.TEAM_MANAGER, is_staff=True)
    sign_in("mo")
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"


def test_a_draft_is_kept_through_single_sign_on(client, provider, ada):
    fields = {"typed_by": sign_draft_owner(ada), "note": "not to be lost"}
    redirected = client.post("/note/", fields)
    html = client.get(redirected["Location"]).content.decode()
    assert "What you typed is kept for 15 minutes." in html
    response = sign_in_through(client, provider, query="?next=/note/")
    assert "not to be lost" in client.get(response["Location"]).content.decode()


def test_a_session_from_single_sign_on_ends_like_any_other(client, provider, ada):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        sign_in_through(client, provider)
        clock.shift(30 * 60)
        assert not is_signed_in(client)


def test_single_sign_on_replaces_the_session_of_whoever_was_signed_in(
    client, provider, ada, ben, sign_in
):
    back = path_of(provider.sign_in(provider_address(client), "subject-1"))
    sign_in("ben")
    client.get(back)
    assert Session.objects.get().person == ada


def test_the_log_says_what_failed_and_nothing_of_a_person(client, provider, ada, caplog):
    provider.change_token = signed_again
    logging.getLogger("cinfactors").addHandler(caplog.handler)
    try:
        sign_in_through(client, provider)
    finally:
        logging.getLogger("cinfactors").removeHandler(caplog.handler)
    messages = [record.getMessage() for record in caplog.records]
    messages = [message for message in messages if "single sign-on" in message]
    assert messages == ["single sign-on failed: None of the provider's keys has signed it"]
    assert "ada" not in json.dumps(messages)


def test_the_callback_address_is_the_one_in_the_readme():
    assert reverse("single_sign_on_back") == BACK
