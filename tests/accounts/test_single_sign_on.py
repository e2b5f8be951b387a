"""Signing in through an OpenID provider that runs beside the tests and is asked over HTTP."""

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
from cinfactors.administration import services
from tests.accounts import openid_provider
from tests.accounts.codes import add_app

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

START, BACK = "/account/single-sign-on/", "/account/single-sign-on/back/"
FAILED, UNKNOWN = "You are not signed in", "You cannot sign in"


@pytest.fixture(scope="module")
def running():
    with openid_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(running, settings):
    """The provider, true again, and this installation as its client."""
    running.change_discovery, running.change_token = dict, str
    client = running.register(f"http://testserver{BACK}")
    switch_on(settings, running.address, client["client_id"], client["client_secret"])
    settings.ALLOWED_HOSTS = ["testserver"]
    running.add("subject-1", preferred_username="ada", name="Ada At The Provider")
    return running


def switch_on(settings, issuer: str, client_id: str, secret: str) -> None:
    settings.OIDC_ISSUER = issuer
    app = {
        "provider_id": issuer,
        "name": "the work account",
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "oidc": {
            "OAUTH_PKCE_ENABLED": True,
            "SCOPE": ["openid", "profile", "email"],
            "APPS": [app],
        }
    }


def led_to(client: Client, query: str = "") -> str:
    """The address at the provider that a person is led to."""
    response = client.get(START + query)
    assert response.status_code == 302
    return response["Location"]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def come(client: Client, provider, subject: str | None = "subject-1", query: str = ""):
    """The person signs in at the provider and comes back."""
    return client.get(path_of(provider.sign_in(led_to(client, query), subject)))


def is_in(client: Client) -> bool:
    return client.get("/note/").status_code == 200


def refused(response) -> str:
    """The heading of the page that says so."""
    assert response.status_code == 403
    return response.content.decode().partition('<h1 class="govuk-heading-l">')[2].partition("<")[0]


def test_without_a_provider_there_is_no_such_door(client):
    assert client.get(START).status_code == client.get(BACK).status_code == 404
    assert START not in client.get("/account/sign-in/").content.decode()


def test_the_sign_in_page_leads_there_and_on_to_the_page_that_was_wanted(client, provider):
    html = client.get("/account/sign-in/?next=/note/").content.decode()
    assert f'href="{START}?next=%2Fnote%2F"' in html
    assert "Sign in with your work account" in html


def test_the_provider_is_asked_with_state_nonce_and_a_proof_key(client, provider):
    asked = urlsplit(led_to(client))
    query = {name: value for name, (value,) in parse_qs(asked.query).items()}
    assert f"{asked.scheme}://{asked.netloc}" == provider.address
    assert query["redirect_uri"] == f"http://testserver{BACK}"
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert sorted(query["scope"].split()) == ["email", "openid", "profile"]
    again = parse_qs(urlsplit(led_to(client)).query)
    for name in ("state", "nonce", "code_challenge"):
        assert len(query[name]) >= 16
        assert query[name] != again[name][0]


def test_an_address_cannot_ask_for_more(client, provider):
    more = urlencode(
        {
            "scope": "offline_access",
            "auth_params": "prompt=none&claims=all",
            "process": "connect",
            "next": "https://elsewhere.example/",
        }
    )
    asked = parse_qs(urlsplit(led_to(client, f"?{more}")).query)
    assert "prompt" not in asked
    assert "offline_access" not in asked["scope"][0]


def test_a_person_who_was_added_comes_in(client, provider, ada):
    response = come(client, provider, query="?next=/note/")
    assert response["Location"] == "/note/"
    assert is_in(client)
    assert Session.objects.get().person == ada


def test_the_first_coming_links_and_is_recorded(client, provider, ada):
    come(client, provider)
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (ada, provider.address, "subject-1")
    assert [change.what for change in ada.sign_in_changes.all()] == ["linked"]


def test_nothing_that_the_provider_knows_is_kept(client, provider, ada):
    come(client, provider)
    come(Client(), provider)
    assert SocialAccount.objects.get().extra_data == {}
    assert not SocialToken.objects.exists()
    ada.refresh_from_db()
    assert (ada.name, ada.email) == ("Ada Example", "")


def test_a_person_stays_who_they_are_when_names_change_there_and_here(client, provider, ada, ben):
    come(client, provider)
    provider.add("subject-1", preferred_username="ben")
    User.objects.filter(pk=ada.pk).update(username="ada.winter")
    again = Client()
    come(again, provider)
    assert int(again.session["_auth_user_id"]) == ada.pk


def test_a_name_that_another_has_been_given_there_opens_nothing_here(client, provider, ada):
    come(client, provider)
    provider.add("subject-2", preferred_username="ada")
    other = Client()
    assert refused(come(other, provider, "subject-2")) == UNKNOWN
    assert not is_in(other)
    assert SocialAccount.objects.count() == 1


def test_an_administrator_unlinks_a_person(client, provider, ada, make_person):
    come(client, provider)
    services.unlink_single_sign_on(by=make_person("abe", Role.ADMINISTRATOR), person=ada)
    assert not is_in(client)
    provider.add("subject-2", preferred_username="ada")
    come(client, provider, "subject-2")
    assert is_in(client)
    assert [change.what for change in ada.sign_in_changes.all()] == ["linked", "unlinked", "linked"]


def test_nobody_else_unlinks(ada, ben):
    with pytest.raises(PermissionDenied):
        services.unlink_single_sign_on(by=ben, person=ada)


@pytest.mark.parametrize("name", ["nobody", "", None, 7, ["ada"], "ada\0"])
def test_whom_nobody_added_does_not_come_in_and_is_not_added(client, provider, ada, name):
    provider.add("subject-9", **({} if name is None else {"preferred_username": name}))
    assert refused(come(client, provider, "subject-9")) == UNKNOWN
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert not is_in(client)


def test_capitals_do_not_matter(client, provider, ada):
    provider.add("subject-1", preferred_username="ADA")
    come(client, provider)
    assert is_in(client)


@pytest.mark.parametrize(
    ("claims", "comes_in"),
    [
        ({"email": "ada", "email_verified": True}, True),
        ({"email": "ada", "email_verified": False}, False),
        ({"email": "ada", "email_verified": "true"}, False),
        ({"email": "ada"}, False),
        ({"preferred_username": "ada"}, False),
    ],
)
def test_an_address_counts_only_when_it_is_verified(
    client, provider, ada, settings, claims, comes_in
):
    settings.OIDC_USERNAME_CLAIM = "email"
    provider.add("subject-1", **claims)
    come(client, provider)
    assert is_in(client) is comes_in


@pytest.mark.parametrize("linked", [True, False])
def test_a_closed_account_does_not_come_in(client, provider, ada, linked):
    if linked:
        come(Client(), provider)
    User.objects.update(is_active=False)
    assert come(client, provider)["Location"] == "/account/inactive/"
    assert not is_in(client)
    assert SocialAccount.objects.count() == linked


def test_who_is_closed_out_meanwhile_is_out_at_the_next_request(client, provider, ada):
    come(client, provider)
    User.objects.update(is_active=False)
    assert not is_in(client)


def test_stopping_at_the_provider_is_said_kindly(client, provider, ada):
    response = come(client, provider, None)
    assert refused(response) == FAILED
    assert "You stopped signing in" in response.content.decode()


# What is not believed


def test_an_answer_serves_once(client, provider, ada):
    back = path_of(provider.sign_in(led_to(client), "subject-1"))
    client.get(back)
    client.post("/account/sign-out/")
    assert refused(client.get(back)) == FAILED
    assert not is_in(client)


def test_a_code_serves_once(client, provider, ada):
    used = parse_qs(urlsplit(path_of(provider.sign_in(led_to(client), "subject-1"))).query)
    client.get(f"{BACK}?{urlencode(used, doseq=True)}")
    other = Client()
    state = parse_qs(urlsplit(led_to(other)).query)["state"][0]
    assert refused(other.get(f"{BACK}?{urlencode({'code': used['code'][0], 'state': state})}"))
    assert not is_in(other)


def test_a_code_that_somebody_else_was_given_opens_nothing(client, provider, ada):
    """The state is this browser's, the code not: its proof key and nonce are another's."""
    theirs = parse_qs(urlsplit(provider.sign_in(led_to(Client()), "subject-1")).query)
    state = parse_qs(urlsplit(led_to(client)).query)["state"][0]
    query = urlencode({"code": theirs["code"][0], "state": state})
    assert refused(client.get(f"{BACK}?{query}")) == FAILED
    assert not is_in(client)


def test_an_answer_that_this_browser_did_not_ask_for_opens_nothing(client, provider, ada):
    """Somebody sends another their own link back, to have them work as the sender."""
    back = path_of(provider.sign_in(led_to(Client()), "subject-1"))
    assert refused(client.get(back)) == FAILED
    assert not is_in(client)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=x"])
def test_an_answer_without_its_parts_is_refused(client, provider, query):
    assert refused(client.get(BACK + query)) == FAILED


def test_an_answer_that_took_over_ten_minutes_is_refused(client, provider, ada):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        back = path_of(provider.sign_in(led_to(client), "subject-1"))
        clock.shift(timedelta(minutes=10, seconds=1))
        assert refused(client.get(back)) == FAILED


OTHERS_KEY = rsa.generate_private_key(65537, 2048)


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def signed_again(token: str, **changed) -> str:
    """The same, by somebody whose key is not the provider's."""
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
    "false",
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
def test_a_token_that_the_provider_did_not_sign_opens_nothing(client, provider, ada, false):
    provider.change_token = false
    assert refused(come(client, provider)) == FAILED
    assert not is_in(client)


def test_the_token_of_an_earlier_sign_in_opens_nothing(client, provider, ada):
    seen = []
    provider.change_token = lambda token: seen.append(token) or token
    come(Client(), provider)
    provider.change_token = lambda token: seen[0]
    assert refused(come(client, provider)) == FAILED
    assert not is_in(client)


@pytest.mark.parametrize(
    "issuer", ["https://elsewhere.example", "https://login.example/common/v2.0", "", None]
)
def test_another_issuer_is_not_believed(client, provider, ada, issuer):
    provider.change_discovery = lambda said: said | {"issuer": issuer}
    assert refused(client.get(START)) == FAILED


def test_a_token_of_another_issuer_is_not_believed(client, provider, ada, settings):
    """The provider says in its tokens that it is another than it says of itself."""
    back = path_of(provider.sign_in(led_to(client), "subject-1"))
    address = provider.address.replace("127.0.0.1", "localhost")
    provider.change_discovery = lambda said: (
        said | {"token_endpoint": said["token_endpoint"].replace(provider.address, address)}
    )
    assert refused(client.get(back)) == FAILED
    assert not is_in(client)


def test_a_token_for_another_client_is_not_believed(client, provider, ada, settings):
    other = provider.register(f"http://testserver{BACK}")
    seen = []
    provider.change_token = lambda token: seen.append(token) or token
    come(Client(), provider)
    switch_on(settings, provider.address, other["client_id"], other["client_secret"])
    provider.change_token = lambda token: seen[0]
    assert refused(come(client, provider)) == FAILED


def test_a_wrong_secret_of_this_installation_lets_nobody_in(client, provider, ada, settings):
    registered = provider.register(f"http://testserver{BACK}")
    switch_on(settings, provider.address, registered["client_id"], "wrong")
    assert refused(come(client, provider)) == FAILED


def test_what_is_not_encrypted_is_not_asked(client, provider, settings):
    settings.OIDC_SCHEMES = {"https"}
    provider.asked.clear()
    assert refused(client.get(START)) == FAILED
    assert provider.asked == ["/.well-known/openid-configuration"]


def test_a_provider_that_does_not_answer_is_said_plainly(client, provider, settings):
    switch_on(settings, "http://127.0.0.1:1", "any", "thing")
    assert refused(client.get(START)) == FAILED
    assert refused(client.get(f"{BACK}?code=x&state=x")) == FAILED


def test_a_provider_in_the_database_is_not_asked(client, provider, settings):
    SocialApp.objects.create(
        provider="oidc",
        provider_id=provider.address,
        client_id="another",
        settings={"server_url": "http://127.0.0.1:1"},
    )
    assert led_to(client).startswith(provider.address)


def test_another_site_cannot_begin_it(client, provider):
    response = client.get(START, headers={"Sec-Fetch-Site": "cross-site"})
    assert response["Location"] == "/account/sign-in/"


def test_it_takes_a_link_and_no_form(client, provider):
    assert client.post(START).status_code == client.post(BACK).status_code == 405


# Together with the rest


def test_the_second_factor_is_the_providers(client, provider, make_person, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    make_person("mo", Role.TEAM_MANAGER, is_staff=True)
    provider.add("subject-3", preferred_username="mo")
    come(client, provider, "subject-3")
    assert is_in(client)


def test_it_is_ours_where_the_installation_says_so(client, provider, make_person, settings):
    settings.SECOND_FACTOR_REQUIRED, settings.OIDC_BRINGS_SECOND_FACTOR = True, "off"
    make_person("mo", Role.TEAM_MANAGER, is_staff=True)
    provider.add("subject-3", preferred_username="mo")
    come(client, provider, "subject-3")
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"
    add_app(client)
    assert is_in(client)
    again = Client()
    assert come(again, provider, "subject-3")["Location"] == "/account/sign-in/code/"
    assert not is_in(again)


NOW = datetime(2026, 5, 12, 9, tzinfo=UTC)
OURS_IS_ASKED = "/account/second-factor/?next=/note/"


@pytest.fixture
def mo_comes(client, provider, make_person, settings):
    """A manager comes with these claims in the signed token; whether nothing more is asked."""
    settings.SECOND_FACTOR_REQUIRED = True
    make_person("mo", Role.TEAM_MANAGER, is_staff=True)

    def comes(brings: str, **claims) -> bool:
        settings.OIDC_BRINGS_SECOND_FACTOR = brings
        provider.add("subject-3", preferred_username="mo", **claims)
        come(client, provider, "subject-3")
        return is_in(client)

    with time_machine.travel(NOW, tick=False):
        yield comes


@pytest.mark.parametrize(
    ("brings", "claims"),
    [
        ("amr:mfa", {"amr": ["pwd", "mfa"]}),
        ("amr:mfa", {"amr": "mfa"}),
        ("acrs:c1", {"acrs": ["c1", "c2"]}),
        ("acr:urn:example:two-factors", {"acr": "urn:example:two-factors"}),
    ],
)
def test_it_is_the_providers_where_the_token_says_so(mo_comes, brings, claims):
    assert mo_comes(brings, **claims)


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
def test_it_is_ours_where_the_token_does_not_say_so(client, mo_comes, claims):
    assert not mo_comes("amr:mfa", **claims)
    assert client.get("/note/")["Location"] == OURS_IS_ASKED


def test_a_token_that_says_so_is_of_no_use_where_ours_is_always_asked(mo_comes):
    assert not mo_comes("off", amr=["mfa"])


@pytest.mark.parametrize("brings", ["on", "amr:mfa"])
@pytest.mark.parametrize(
    ("ago", "believed"),
    [
        (timedelta(), True),
        (timedelta(hours=12), True),
        (timedelta(hours=12, seconds=1), False),
        (timedelta(days=80), False),
        (timedelta(minutes=-1), True),
        (timedelta(minutes=-1, seconds=-1), False),
    ],
)
def test_what_was_shown_longer_ago_than_a_sign_in_lasts_counts_no_more(
    mo_comes, brings, ago, believed
):
    at = int((NOW - ago).timestamp())
    assert mo_comes(brings, amr=["mfa"], auth_time=at) is believed


@pytest.mark.parametrize("at", ["", "yesterday", None, [], True])
def test_a_time_that_is_none_is_not_believed(mo_comes, at):
    assert not mo_comes("on", auth_time=at)


def test_who_has_ours_shows_it_where_the_token_says_nothing(client, provider, mo_comes):
    assert not mo_comes("amr:mfa")
    add_app(client)
    assert is_in(client)
    again = Client()
    assert come(again, provider, "subject-3")["Location"] == "/account/sign-in/code/"
    provider.add("subject-3", preferred_username="mo", amr=["mfa"])
    assert come(again, provider, "subject-3")["Location"] == "/"
    assert is_in(again)


def test_another_setting_is_asked_of_sign_ins_that_go_on(client, mo_comes, settings):
    assert mo_comes("on")
    settings.OIDC_BRINGS_SECOND_FACTOR = "amr:mfa"
    assert client.get("/note/")["Location"] == OURS_IS_ASKED


def test_what_another_than_the_provider_says_of_it_lets_nobody_in(mo_comes, provider):
    provider.change_token = lambda token: signed_again(token, amr=["mfa"])
    assert not mo_comes("amr:mfa")


def test_signing_in_with_a_password_still_takes_our_second_factor(
    client, provider, make_person, settings, sign_in
):
    settings.SECOND_FACTOR_REQUIRED = True
    make_person("mo", Role.TEAM_MANAGER, is_staff=True)
    sign_in("mo")
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"


def test_what_was_typed_waits_for_single_sign_on_too(client, provider, ada):
    led = client.post("/note/", {"typed_by": sign_draft_owner(ada), "note": "not to be lost"})
    html = client.get(led["Location"]).content.decode()
    assert "What you typed is kept for 15 minutes." in html
    answer = come(client, provider, query="?next=/note/")
    assert "not to be lost" in client.get(answer["Location"]).content.decode()


def test_such_a_sign_in_ends_like_any_other(client, provider, ada):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        come(client, provider)
        clock.shift(30 * 60)
        assert not is_in(client)


def test_it_gives_another_session(client, provider, ada):
    led = led_to(client)
    before = client.cookies["session"].value
    client.get(path_of(provider.sign_in(led, "subject-1")))
    assert client.cookies["session"].value != before


def test_the_log_says_what_failed_and_nothing_of_anybody(client, provider, ada, caplog):
    provider.change_token = signed_again
    logging.getLogger("cinfactors").addHandler(caplog.handler)
    try:
        come(client, provider)
    finally:
        logging.getLogger("cinfactors").removeHandler(caplog.handler)
    said = [each.getMessage() for each in caplog.records if "single sign-on" in each.getMessage()]
    assert said == ["single sign-on failed: InvalidSignatureError"]
    assert "ada" not in json.dumps(said)


def test_the_page_to_come_back_to_is_the_one_that_the_readme_names():
    assert reverse("single_sign_on_back") == BACK
