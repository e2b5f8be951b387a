"""Two browsers, or two tabs, with the same person's first single sign-on at the same moment."""

from __future__ import annotations

from functools import partial

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from cinfactors.accounts.models import Role, User
from cinfactors.accounts.services import link_by_user_name, link_own_account
from cinfactors.administration import services
from tests.accounts.single_sign_on import UNKNOWN, is_signed_in, path_of, provider_address, refusal
from tests.services.at_once import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.accounts.urls"),
]
ISSUER = "https://login.example"
REPEATS = range(5)


def returned(browser: Client, back: str):
    """Return what the browser gets in the end: it tries again where the page says so."""
    answer = browser.get(back)
    while "Refresh" in answer and answer.status_code == 503:
        answer = browser.get(back)
    return answer


@pytest.mark.parametrize("time", REPEATS)
@pytest.mark.parametrize("number", [2, 4])
def test_all_browsers_are_signed_in(provider, ada, number, time):
    browsers = [Client() for _ in range(number)]
    backs = [path_of(provider.sign_in(provider_address(each), "subject-1")) for each in browsers]
    answers = at_once(*(partial(returned, *each) for each in zip(browsers, backs, strict=True)))
    assert [answer["Location"] for answer in answers] == ["/"] * number
    assert all(map(is_signed_in, browsers))
    assert SocialAccount.objects.get().user == ada
    assert [change.what for change in ada.sign_in_changes.all()] == ["linked"]


@pytest.mark.parametrize("time", REPEATS)
def test_both_tabs_are_signed_in(provider, ada, time):
    """The two requests have the cookies of both starts, and no session yet."""
    browser, other = Client(), Client()
    backs = [path_of(provider.sign_in(provider_address(browser), "subject-1")) for _ in range(2)]
    other.cookies = browser.cookies.copy()
    answers = at_once(lambda: browser.get(backs[0]), lambda: other.get(backs[1]))
    assert [answer["Location"] for answer in answers] == ["/", "/"]
    assert is_signed_in(browser)
    assert is_signed_in(other)


@pytest.mark.parametrize("time", REPEATS)
def test_of_two_subjects_with_one_name_one_is_signed_in(provider, ada, time):
    provider.add("subject-2", preferred_username="ada")
    first, second = Client(), Client()
    backs = [
        path_of(provider.sign_in(provider_address(each), subject))
        for each, subject in ((first, "subject-1"), (second, "subject-2"))
    ]
    answers = at_once(lambda: first.get(backs[0]), lambda: second.get(backs[1]))
    assert sorted(answer.status_code for answer in answers) == [302, 403]
    refused = next(answer for answer in answers if answer.status_code == 403)
    assert refusal(refused) == UNKNOWN
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("time", REPEATS)
def test_a_subject_is_linked_to_one_of_two_people(ada, ben, time):
    """Its user name has changed between the two."""
    results = at_once(
        *(
            lambda person=person: link_by_user_name(person=person, issuer=ISSUER, subject="1")
            for person in (ada, ben)
        )
    )
    assert sorted(type(each).__name__ for each in results) == ["SocialAccount", "ValueError"]
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("time", REPEATS)
def test_who_becomes_an_administrator_meanwhile_is_not_linked(ada, make_person, time):
    oz = make_person("oz", Role.ADMINISTRATOR)

    def promote():
        person = User.objects.get(pk=ada.pk)
        person.role = Role.ADMINISTRATOR
        services.save_person(by=oz, person=person, teams=[])

    at_once(promote, lambda: link_by_user_name(person=ada, issuer=ISSUER, subject="1"))
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("time", REPEATS)
def test_who_is_unlinked_meanwhile_is_not_signed_in(provider, make_person, time):
    """An administrator, since anybody else is linked anew by their name."""
    oz, ivy = make_person("oz", Role.ADMINISTRATOR), make_person("ivy", Role.ADMINISTRATOR)
    link_own_account(by=ivy, issuer=provider.address, subject="subject-7")
    provider.add("subject-7", preferred_username="ivy")
    browser = Client()
    back = path_of(provider.sign_in(provider_address(browser), "subject-7"))
    answer, unlinked = at_once(
        lambda: browser.get(back),
        lambda: services.unlink_single_sign_on(by=oz, person=ivy),
    )
    assert unlinked is None
    assert answer.status_code in (302, 400, 403)
    assert not SocialAccount.objects.exists()
    assert not is_signed_in(browser)
