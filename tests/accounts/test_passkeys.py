"""Passkeys: malformed answers are refused in words, and a copy is refused and told of."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from cinfactors.accounts.models import Role
from tests.accounts.codes import add_app, recovery_codes
from tests.accounts.passkey import ADD, Passkey, add_passkey, cbor, options_of, use_passkey
from tests.accounts.test_second_factor import changes
from tests.pages.page import heading, problems, read, words

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
ENTER = "/account/sign-in/code/"
AGAIN = "/account/again/passkey/"
REFUSED = "The passkey was not accepted. Try again, or choose another way"
MISSING = "The browser gave no passkey. Try again, or choose another way"
COPIED = "This passkey is refused, since it may have been copied"


@pytest.fixture(autouse=True)
def _hosts(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def passkey(client, ada, sign_in):
    """Ada's only second factor; `client` is signed in as Ada."""
    sign_in()
    return add_passkey(client)


@pytest.fixture
def after_password(passkey, sign_in):
    """A browser in which Ada has entered the right password, and nothing else."""
    browser = Client()
    assert sign_in(client=browser, query="?next=/note/")["Location"] == ENTER
    return browser


def test_a_passkey_signs_in(after_password, passkey):
    assert use_passkey(after_password, passkey, ENTER)["Location"] == "/note/"
    assert after_password.get("/note/").status_code == 200


def test_a_passkey_authenticates_again(client, passkey):
    response = use_passkey(client, passkey, AGAIN)
    assert response.status_code == 302


# Malformed answers

HUGE = 10**10
"""As a number of bytes to allocate, more than any machine has."""
ODD: list[Any] = [
    *(None, True, 0, -1, 1.5, HUGE, "", "é", "\ud800", "%%%", "A", "=", "a" * 40_000, "\x00"),
    *([], [1, 2], [[]], {}, {"rawId": "a"}, {"id": {}}, {"a": {"b": {}}}),
]
RAW = [
    *("", " ", "null", "true", "1", '""', "[]", "{}", "{", "NaN", "{'a': 1}", '{"rawId": NaN}'),
    *("[" * 20_000, '{"a":' * 5_000, "9" * 6_000, '"' + "a" * 40_000 + '"', "\ufeff{}", "\\u0000"),
    *('{"rawId": "\\ud800", "response": {}}', '{"rawId": "AAAA", "response": "AAAA"}'),
]


def altered(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer with each part missing, odd, or another's."""
    found = []
    for path in [(each,) for each in answer] + [("response", each) for each in answer["response"]]:
        for odd in (*ODD, "missing", *(["rawId"] if path == ("response",) else [])):
            changed = copy.deepcopy(answer)
            parent = changed
            for step in path[:-1]:
                parent = parent[step]
            if odd == "missing":
                del parent[path[-1]]
            else:
                parent[path[-1]] = odd
            found.append(changed)
    return found


# Browsers send these, and nothing depends on them.
WITHOUT_MEANING = {"id", "type", "authenticatorAttachment", "clientExtensionResults"}


def differs_in_meaning(answer: dict[str, Any], changed: dict[str, Any]) -> bool:
    return {**answer, **dict.fromkeys(WITHOUT_MEANING)} != {
        **changed,
        **dict.fromkeys(WITHOUT_MEANING),
    }


def bodies(answer: dict[str, Any]) -> list[str]:
    wrong = [each for each in altered(answer) if differs_in_meaning(answer, each)]
    assert len(wrong) > 50
    return RAW + [json.dumps(each) for each in wrong]


def assert_refused(response, body: str) -> None:
    assert response.status_code in (200, 429), (response.status_code, body[:200])
    said = problems(response)
    assert len(said) == 1, body[:200]
    assert said[0] in (REFUSED, MISSING) or "too many tries" in said[0], body[:200]


def test_malformed_answers_set_up_nothing(client, ada, sign_in):
    sign_in()
    answer = Passkey().created(options_of(client, ADD))
    for body in bodies(answer):
        assert_refused(client.post(ADD, {"name": "Desk", "credential": body}), body)
    assert_refused(client.post(ADD, {}), "nothing")
    assert not Authenticator.objects.exists()


def test_malformed_answers_sign_nobody_in(after_password, passkey):
    answer = passkey.used(options_of(after_password, ENTER))
    for body in bodies(answer):
        assert_refused(after_password.post(ENTER, {"credential": body}), body)
    assert_refused(after_password.post(ENTER, {}), "nothing")
    assert "_auth_user_id" not in after_password.session


def test_malformed_answers_do_not_authenticate_again(client, passkey):
    answer = passkey.used(options_of(client, AGAIN))
    for body in bodies(answer):
        assert_refused(client.post(AGAIN, {"credential": body}), body)
        # At most ten are looked at in a minute, whatever they are.
        cache.clear()


CLIENT_DATA = [
    {"origin": "https://elsewhere.example"},
    {"origin": "http://testserver"},
    {"origin": "https://testserver.elsewhere.example"},
    {"origin": None},
    {"origin": []},
    {"origin": "http://["},
    {"type": "webauthn.something"},
    {"type": []},
    {"challenge": "AAAA"},
    {"challenge": HUGE},
    {"challenge": None},
]


@pytest.mark.parametrize("changed", CLIENT_DATA, ids=str)
def test_another_origin_kind_or_challenge_is_refused(client, passkey, after_password, changed):
    assert_refused(use_passkey(after_password, passkey, ENTER, **changed), str(changed))
    answer = Passkey().created(options_of(client, ADD), **changed)
    assert_refused(client.post(ADD, {"credential": json.dumps(answer)}), str(changed))
    assert Authenticator.objects.filter(type="webauthn").count() == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"[" * 9_000, b"9" * 6_000, b"\xff", b'{"type": "webauthn.get"}', b"null"],
    ids=str,
)
def test_client_data_that_are_none_are_refused(after_password, passkey, monkeypatch, data):
    monkeypatch.setattr(Passkey, "client_data", lambda *args, **kwargs: data)
    assert_refused(use_passkey(after_password, passkey, ENTER), str(data))


@pytest.mark.parametrize("data", [b"", b"\x00" * 36, b"\xff" * 37, b"\x00" * 20_000], ids=len)
def test_authenticator_data_that_are_none_are_refused(after_password, passkey, monkeypatch, data):
    monkeypatch.setattr(Passkey, "authenticator_data", lambda *args, **kwargs: data)
    assert_refused(use_passkey(after_password, passkey, ENTER), str(data))


@pytest.mark.parametrize(
    "key",
    [
        {1: 2},
        {1: 2, 3: -7},
        {1: 2, 3: -7, -1: 1, -2: b"x", -3: b"y"},
        {1: 2, 3: -7, -1: 2, -2: bytes(32), -3: bytes(32)},
        {1: 2, 3: -7, -1: 1, -2: 5, -3: "y"},
        {1: 3, 3: -257, -1: b"\xff" * 20_000, -2: b"\xff" * 300},
        {1: 1, 3: -8, -1: 6, -2: b"short"},
        {3: -99999},
        {3: "ES256"},
        {3: [[[]]]},
        [1, 2],
        "key",
        7,
    ],
    ids=lambda key: str(key)[:60],
)
def test_keys_that_verify_nothing_are_refused(client, ada, sign_in, key):
    sign_in()
    answer = Passkey().created(options_of(client, ADD), cose_key=key)
    assert_refused(client.post(ADD, {"credential": json.dumps(answer)}), str(key))
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "attestation",
    [
        b"",
        b"\x9f",
        b"\x9b" + b"\xff" * 8,
        b"\x81" * 20_000,
        b"\x98\xff" + b"\x00" * 20_000,
        cbor({}),
        cbor([]),
        cbor({"fmt": "none", "attStmt": {}}),
        cbor({"fmt": "none", "attStmt": {}, "authData": 5}),
        cbor({"fmt": "none", "attStmt": {}, "authData": HUGE}),
        cbor({"fmt": "none", "attStmt": {}, "authData": b"x"}),
        cbor({"fmt": "none", "attStmt": {}, "authData": Passkey().authenticator_data()}),
    ],
    ids=lambda data: data[:20].hex(),
)
def test_attestations_that_are_none_are_refused(client, ada, sign_in, attestation):
    sign_in()
    passkey = Passkey()
    client_data = passkey.client_data("webauthn.create", options_of(client, ADD))
    answer = passkey._answer(clientDataJSON=client_data, attestationObject=attestation)
    assert_refused(client.post(ADD, {"credential": json.dumps(answer)}), "attestation")
    assert not Authenticator.objects.exists()


def test_an_unknown_passkey_or_another_persons_is_refused(
    after_password, passkey, make_person, sign_in
):
    assert_refused(use_passkey(after_password, Passkey(), ENTER), "unknown")
    make_person("ben")
    bens = Client()
    sign_in("ben", client=bens)
    assert_refused(use_passkey(after_password, add_passkey(bens), ENTER), "Ben's")


def test_an_answer_is_accepted_once(after_password, passkey, sign_in):
    answer = json.dumps(passkey.used(options_of(after_password, ENTER)))
    another = Client()
    sign_in(client=another)
    options_of(another, ENTER)
    assert_refused(another.post(ENTER, {"credential": answer}), "another browser's")
    assert after_password.post(ENTER, {"credential": answer}).status_code == 302
    after_password.post("/account/sign-out/")
    sign_in(client=after_password)
    assert_refused(after_password.post(ENTER, {"credential": answer}), "used")


def test_what_a_browser_adds_to_an_answer_is_not_kept(client, ada, sign_in):
    sign_in()
    answer = Passkey().created(options_of(client, ADD))
    answer |= {"clientExtensionResults": {"text": "\x00\ud800"}, "more": "x" * 20_000}
    response = client.post(ADD, {"name": "Desk", "credential": json.dumps(answer)})
    assert response.status_code == 302
    row = Authenticator.objects.get(type="webauthn")
    assert row.data["credential"].keys() == {"rawId", "response"}
    assert row.data["credential"]["response"].keys() == {"clientDataJSON", "attestationObject"}


def test_a_passkey_is_set_up_once(client, passkey):
    answer = passkey.created(options_of(client, ADD))
    response = client.post(ADD, {"name": "Again", "credential": json.dumps(answer)})
    assert problems(response) == ["This passkey is set up already"]
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_a_name_that_cannot_be_is_refused_beside_it_and_stays(client, ada, sign_in):
    sign_in()
    answer = json.dumps(Passkey().created(options_of(client, ADD)))
    response = client.post(ADD, {"name": "My\u202edesk", "credential": answer})
    page = read(response)
    assert len(problems(response)) == 1
    assert page.select_one("#name-error").text.split("Error:")[1].strip() == problems(response)[0]
    assert page.select_one("#id_name")["value"] == "My\u202edesk"
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("host", ["[::1]:8000", "127.0.0.1", "localhost:8000", "testserver"])
def test_the_pages_open_at_whatever_host_they_are_asked(ada, sign_in, settings, host):
    settings.ALLOWED_HOSTS = [host.removesuffix(":8000")]
    browser = Client(headers={"Host": host})
    sign_in(client=browser)
    assert browser.get(ADD).status_code == 200


# A copy


def test_a_counter_that_goes_up_is_accepted_each_time(passkey, after_password, sign_in):
    for counter in (1, 2, 900, 2**32 - 1):
        passkey.counter = counter
        assert use_passkey(after_password, passkey, ENTER).status_code == 302
        after_password.post("/account/sign-out/")
        sign_in(client=after_password)


def test_a_passkey_that_does_not_count_is_accepted_each_time(passkey, after_password, sign_in):
    for _ in range(3):
        assert use_passkey(after_password, passkey, ENTER).status_code == 302
        after_password.post("/account/sign-out/")
        sign_in(client=after_password)


@pytest.mark.parametrize("counter", [5, 4, 0])
def test_a_counter_that_does_not_go_up_is_refused_and_told_of(
    client, ada, passkey, after_password, sign_in, caplog, counter
):
    passkey.counter = 5
    assert use_passkey(after_password, passkey, ENTER).status_code == 302
    passkey.counter = counter
    another = Client()
    sign_in(client=another)
    refused = use_passkey(another, passkey, ENTER)
    assert problems(refused)[0].startswith(COPIED)
    assert "_auth_user_id" not in another.session
    assert ("passkey_refused", "ada") in changes(ada)
    # What went up meanwhile is accepted, and the person is told at the next sign-in.
    passkey.counter = 6
    told = use_passkey(another, passkey, ENTER)
    page = another.get("/account/").content.decode()
    assert told.status_code == 302
    assert "A passkey of yours was refused, since it may have been copied." in words(page)
    page = another.get("/account/second-factor/").content.decode()
    assert "since it may have been copied." in words(page)


def test_a_counter_that_was_above_zero_when_it_was_set_up_counts_from_there(client, ada, sign_in):
    sign_in()
    passkey = add_passkey(client, Passkey(counter=7))
    another = Client()
    sign_in(client=another)
    assert problems(use_passkey(another, passkey, ENTER))[0].startswith(COPIED)
    passkey.counter = 8
    assert use_passkey(another, passkey, ENTER).status_code == 302


def test_a_copy_does_not_authenticate_again_either(client, ada, passkey):
    passkey.counter = 5
    assert use_passkey(client, passkey, AGAIN).status_code == 302
    assert problems(use_passkey(client, passkey, AGAIN))[0].startswith(COPIED)
    assert changes(ada)[-1] == ("passkey_refused", "ada")


def test_administrators_see_that_a_passkey_was_refused(client, ada, passkey, make_person, settings):
    passkey.counter = 5
    use_passkey(client, passkey, AGAIN)
    use_passkey(client, passkey, AGAIN)
    settings.SECOND_FACTOR_REQUIRED = False
    admin = Client()
    admin.force_login(make_person("oz", Role.ADMINISTRATOR, is_staff=True))
    page = words(admin.get(f"/admin/accounts/user/{ada.pk}/change/").content.decode())
    assert "Passkey refused, since it may have been copied" in page
    assert "Second factor added" in page


# What the pages ask for


def test_who_has_only_a_passkey_is_asked_for_it_and_for_no_six_digits(client, after_password):
    page = after_password.get(ENTER)
    assert heading(page) == "Use your passkey to sign in"
    text = words(page.content.decode())
    assert "6 digits" not in text
    assert "Or use a recovery code" in text
    assert text.index("data-passkey") < text.index('name="code"')
    again = words(client.get("/account/again/code/").content.decode())
    assert "Enter a recovery code" in again
    assert "6 digits" not in again
    assert "Use a recovery code instead" in client.get(AGAIN).content.decode()


def test_without_recovery_codes_only_the_passkey_is_asked_for(client, after_password):
    Authenticator.objects.filter(type="recovery_codes").delete()
    assert 'name="code"' not in after_password.get(ENTER).content.decode()
    assert "code instead" not in client.get(AGAIN).content.decode()


def test_a_recovery_code_signs_in_in_place_of_a_passkey(client, after_password):
    first, *_ = recovery_codes(client)
    assert after_password.post(ENTER, {"code": first})["Location"] == "/note/"


def test_who_has_an_app_and_a_passkey_is_offered_both(client, ada, sign_in):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False):
        sign_in()
        add_app(client)
        add_passkey(client)
        another = Client()
        sign_in(client=another)
        page = another.get(ENTER)
    assert heading(page) == "Enter a code to sign in"
    assert "Or use your passkey" in page.content.decode()


def test_who_has_only_an_app_is_asked_for_a_code_whatever_is_posted(client, ada, sign_in):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False):
        sign_in()
        add_app(client)
        another = Client()
        sign_in(client=another)
        assert problems(another.post(ENTER, {})) == ["Enter the code"]
        assert problems(another.post(ENTER, {"credential": "{}"})) == ["Enter the code"]


def test_after_five_attempts_a_passkey_is_refused_with_429(after_password, passkey):
    for _ in range(5):
        use_passkey(after_password, Passkey(), ENTER)
    refused = use_passkey(after_password, passkey, ENTER)
    assert refused.status_code == 429
    assert problems(refused) == [
        "There were too many tries to sign in. Wait 5 minutes, then try again"
    ]
