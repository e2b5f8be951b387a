"""Form recovery: an unsent draft is shown again to its owner, once, and to nobody else."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.http import Http404
from django.test import Client
from django.utils import timezone

from assessments.models import Reply
from cinfactors.accounts import form_recovery
from cinfactors.accounts.models import HeldForm
from tests.accounts import urls
from tests.pages.page import words
from tests.people import make_people, return_it, start, submit

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
TYPED = "Zoë said “no” &\r\nleft <early>"
SAME_ORIGIN = {"Origin": "http://testserver"}


@pytest.fixture(autouse=True)
def _nothing_saved():
    urls.saved.clear()


@pytest.fixture
def browser(settings):
    """A browser whose forms need their token, as real ones do."""
    settings.ALLOWED_HOSTS = ["testserver"]
    return Client(enforce_csrf_checks=True)


def form_of(response) -> dict[str, str]:
    """Return the hidden fields of the page's form."""
    fields = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.content.decode()
    )
    return {name: html.unescape(value) for name, value in fields}


def draft_cookies(browser_or_response) -> dict:
    """Return the cookies of drafts that are not deleted."""
    cookies = browser_or_response.cookies.items()
    return {name: each for name, each in cookies if name.startswith("held") and each.value}


def sign_in(browser, username="ada", query=""):
    address = f"/account/sign-in/{query}"
    fields = form_of(browser.get(address))
    fields |= {"login": username, "password": "harbour lantern thistle"}
    return browser.post(address, fields, headers=SAME_ORIGIN)


def fields_of(browser, path="/note/") -> dict[str, str]:
    return form_of(browser.get(path))


def note_on(response) -> str:
    return html.unescape(
        re.search(r'name="note">(.*?)</textarea>', response.content.decode(), re.DOTALL)[1]
    )


def end_sign_in(browser):
    browser.cookies.pop("session")


def post(browser, fields, path="/note/", note=TYPED, **headers):
    return browser.post(path, fields | {"note": note}, headers=headers or SAME_ORIGIN)


@pytest.fixture
def posted_too_late(browser, ada):
    """The response to Ada's note, which she sent after her sign-in had ended."""
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    return post(browser, fields)


def test_a_post_after_the_sign_in_has_ended_redirects_to_sign_in_and_back(posted_too_late):
    assert posted_too_late.status_code == 303
    assert posted_too_late["Location"] == "/account/sign-in/?next=/note/"


def test_the_sign_in_page_says_that_a_draft_is_kept(browser, posted_too_late):
    text = browser.get(posted_too_late["Location"]).content.decode()
    assert "What you typed is kept for 15 minutes." in text


def test_after_sign_in_the_page_shows_what_was_typed_unsaved(browser, posted_too_late):
    assert sign_in(browser, query="?next=/note/")["Location"] == "/note/"
    shown = browser.get("/note/")
    assert note_on(shown) == TYPED
    assert "Not saved yet" in shown.content.decode()
    assert urls.saved == []


def test_a_recovered_draft_can_be_saved(browser, posted_too_late):
    sign_in(browser)
    assert post(browser, fields_of(browser)).content == b"Saved"
    assert urls.saved == [TYPED]


def test_a_draft_is_recovered_once(browser, posted_too_late):
    sign_in(browser)
    assert len(draft_cookies(browser)) == 1
    browser.get("/note/")
    assert not draft_cookies(browser)
    assert note_on(browser.get("/note/")) == ""
    assert not HeldForm.objects.exists()


@pytest.mark.parametrize("error", [RuntimeError("of the page"), Http404(), PermissionDenied()])
def test_a_page_that_fails_loses_no_draft(browser, posted_too_late, monkeypatch, error):
    browser.raise_request_exception = False
    sign_in(browser)
    monkeypatch.setattr(urls, "failing", [error])
    assert browser.get("/note/").status_code >= 400
    assert HeldForm.objects.count() == 1
    monkeypatch.undo()
    assert note_on(browser.get("/note/")) == TYPED
    assert not HeldForm.objects.exists()


def test_a_changed_secret_key_loses_no_draft_while_the_former_key_is_a_fallback(
    browser, posted_too_late, settings
):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    sign_in(browser)
    assert note_on(browser.get("/note/")) == TYPED


def test_a_draft_is_kept_while_other_pages_are_read(browser, posted_too_late):
    sign_in(browser)
    assert note_on(browser.get("/other-note/")) == ""
    assert note_on(browser.get("/note/?page=2")) == ""
    assert note_on(browser.get("/note/")) == TYPED


def test_the_address_keeps_its_query(browser, ada):
    sign_in(browser)
    fields = fields_of(browser, "/note/?page=2")
    end_sign_in(browser)
    response = post(browser, fields, "/note/?page=2")
    assert response["Location"] == "/account/sign-in/?next=/note/%3Fpage%3D2"
    sign_in(browser)
    assert note_on(browser.get("/note/?page=2")) == TYPED


def test_somebody_else_on_the_same_browser_neither_sees_nor_deletes_the_draft(
    browser, ben, posted_too_late
):
    response = sign_in(browser, "ben", "?next=/note/")
    assert note_on(browser.get(response["Location"])) == ""
    browser.get("/account/password/")
    end_sign_in(browser)
    assert "What you typed is kept" in browser.get("/account/sign-in/").content.decode()
    sign_in(browser, "ada")
    assert note_on(browser.get("/note/")) == TYPED
    assert not HeldForm.objects.exists()


def test_two_people_at_one_browser_each_find_their_own_draft(browser, ben, posted_too_late):
    sign_in(browser, "ben")
    fields = fields_of(browser)
    end_sign_in(browser)
    assert post(browser, fields, note="Ben’s").status_code == 303
    assert HeldForm.objects.count() == 2
    sign_in(browser, "ben")
    assert note_on(browser.get("/note/")) == "Ben’s"
    assert note_on(browser.get("/note/")) == ""
    end_sign_in(browser)
    sign_in(browser, "ada")
    assert note_on(browser.get("/note/")) == TYPED
    assert not draft_cookies(browser)


@pytest.mark.parametrize("second", ["/other-note/", "/note/"])
def test_forms_sent_at_the_same_moment_are_all_kept(browser, ada, second):
    """Each request has the cookies of before the other's response."""
    sign_in(browser)
    pages = {"Early": "/note/?page=2", "First": "/note/", "Second": second}
    fields = {note: fields_of(browser, page) for note, page in pages.items()}
    end_sign_in(browser)
    post(browser, fields["Early"], pages["Early"], "Early")
    other_tab = Client(enforce_csrf_checks=True)
    other_tab.cookies.load({name: each.value for name, each in browser.cookies.items()})
    assert post(browser, fields["First"], "/note/", "First").status_code == 303
    late = post(other_tab, fields["Second"], second, "Second")
    assert late.status_code == 303
    browser.cookies.update(late.cookies)
    sign_in(browser)
    shown = {note: note_on(browser.get(page)) for note, page in pages.items()}
    assert shown == {note: note for note in pages}
    assert not HeldForm.objects.exists()
    assert not draft_cookies(browser)


def test_drafts_of_one_joint_cookie_are_still_found(browser, posted_too_late, ada):
    """As browsers have it while a version is installed that gives each draft a cookie."""
    [(name, cookie)] = draft_cookies(browser).items()
    browser.cookies["held"] = f"gone.{cookie.value}"
    browser.cookies.pop(name)
    assert "What you typed is kept" in browser.get("/account/sign-in/").content.decode()
    sign_in(browser)
    assert note_on(browser.get("/note/")) == TYPED
    assert not draft_cookies(browser)


def test_a_page_that_is_sent_again_and_again_leaves_one_cookie(browser, posted_too_late, ada):
    sign_in(browser)
    fields = fields_of(browser, "/other-note/")
    end_sign_in(browser)
    for number in range(30):
        post(browser, fields, "/other-note/", f"note {number}")
    assert len(draft_cookies(browser)) == 2
    sign_in(browser)
    assert note_on(browser.get("/other-note/")) == "note 29"


def test_signing_out_and_in_deletes_no_draft(browser, posted_too_late):
    sign_in(browser)
    browser.post("/account/sign-out/", form_of(browser.get("/account/sign-out/")))
    sign_in(browser)
    assert note_on(browser.get("/note/")) == TYPED


def test_the_sign_in_page_promises_no_draft_that_is_gone(browser, posted_too_late):
    sign_in(browser)
    browser.get("/note/")
    end_sign_in(browser)
    assert "What you typed is kept" not in browser.get("/account/sign-in/").content.decode()
    browser.cookies["held"] = "made-up.tokens..and more" + "." * 3000
    browser.cookies["held-0123456789ab"] = "made-up"
    assert "What you typed is kept" not in browser.get("/account/sign-in/").content.decode()


def test_the_same_person_on_another_browser_does_not_see_the_draft(browser, posted_too_late):
    other = Client()
    sign_in(other)
    assert note_on(other.get("/note/")) == ""
    assert HeldForm.objects.count() == 1


def test_a_draft_is_deleted_after_fifteen_minutes(browser, ada):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        sign_in(browser)
        fields = fields_of(browser)
        end_sign_in(browser)
        post(browser, fields)
        clock.shift(15 * 60 + 1)
        assert "What you typed is kept" not in browser.get("/account/sign-in/").content.decode()
        sign_in(browser)
        assert note_on(browser.get("/note/")) == ""


def test_old_drafts_are_deleted_when_another_is_saved(browser, ada):
    HeldForm.objects.create(
        token_hash="0" * 64,
        path="/note/",
        person=ada,
        body=b"",
        at=timezone.now() - timedelta(minutes=16),
    )
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    post(browser, fields)
    assert HeldForm.objects.exclude(token_hash="0" * 64).count() == HeldForm.objects.count() == 1


def test_a_browser_keeps_a_draft_of_each_page(browser, ada):
    sign_in(browser)
    first, second = fields_of(browser), fields_of(browser, "/other-note/")
    end_sign_in(browser)
    post(browser, first, note="first")
    post(browser, second, "/other-note/", note="second")
    sign_in(browser)
    assert note_on(browser.get("/other-note/")) == "second"
    assert note_on(browser.get("/note/")) == "first"
    assert not HeldForm.objects.exists()


def test_what_is_sent_again_from_a_page_replaces_its_draft(browser, ada):
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    for note in ("first", "second"):
        assert post(browser, fields, note=note).status_code == 303
    assert HeldForm.objects.count() == 1
    sign_in(browser)
    assert note_on(browser.get("/note/")) == "second"


# What cannot be kept is shown once more, and not lost in silence


def assert_shown_and_not_kept(response, note=TYPED, *, kept: int):
    assert response.status_code == 403
    assert "no-store" in response["Cache-Control"]
    text = response.content.decode()
    assert '<h1 class="govuk-heading-l">Nothing was saved</h1>' in text
    assert words(html.unescape(note)) in words(html.unescape(re.sub("<br>|<.?bdi>", " ", text)))
    assert "typed_by" not in text
    assert (urls.saved, HeldForm.objects.count()) == ([], kept)


def hold(person, number: int, size: int = 10, **fields):
    """Keep a draft of another browser."""
    values = {"path": "/note/", "at": timezone.now(), "body": b"x" * size} | fields
    return HeldForm.objects.create(
        token_hash=f"{person.pk:032}{number:032}", person=person, **values
    )


def test_a_person_has_twenty_drafts_at_most(browser, ada, ben):
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    for number in range(form_recovery.MOST_DRAFTS - 1):
        hold(ada, number)
        hold(ben, number)
    assert post(browser, fields).status_code == 303
    kept = HeldForm.objects.count()
    assert post(browser, fields, note="again, in its place").status_code == 303
    refused = post(browser, fields, "/other-note/")
    assert_shown_and_not_kept(refused, kept=kept)
    # Nobody is kept out by another's, and room is made by time.
    HeldForm.objects.filter(person=ada).exclude(body=b"").update(
        at=timezone.now() - timedelta(minutes=16)
    )
    assert post(browser, fields, "/other-note/").status_code == 303


@pytest.mark.parametrize(("spare", "status"), [(0, 403), (1024, 303)])
def test_the_drafts_of_a_person_have_a_size_at_most(browser, ada, spare, status):
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    hold(ada, 1, form_recovery.MOST_BYTES - spare)
    assert post(browser, fields).status_code == status
    assert HeldForm.objects.count() == 1 + (status == 303)


def test_a_draft_that_is_not_kept_replaces_none(browser, ada):
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    post(browser, fields, note="first")
    long = "long " * 100_000
    assert_shown_and_not_kept(post(browser, fields, note=long), long, kept=1)
    sign_in(browser)
    assert note_on(browser.get("/note/")) == "first"


def test_a_browser_has_twenty_drafts_at_most_of_all_its_people(browser, ada, make_person):
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    tokens = [f"token{number}" for number in range(form_recovery.MOST_DRAFTS)]
    for number, token in enumerate(tokens):
        hold(make_person(f"person{number}"), 1)
        HeldForm.objects.filter(token_hash__endswith=f"{1:032}").update(
            token_hash=form_recovery._hash(token)
        )
        browser.cookies[form_recovery._cookie_name(token)] = token
    assert_shown_and_not_kept(post(browser, fields), kept=form_recovery.MOST_DRAFTS)


def test_passwords_and_references_are_not_shown(browser, ada):
    sign_in(browser)
    key = "9f1c6a52-8f0e-4d39-9c57-1f2f3a4b5c6d"
    fields = fields_of(browser) | {"typed_by": "made up", "password": "hunter2", "key": key}
    end_sign_in(browser)
    text = post(browser, fields).content.decode()
    assert "hunter2" not in text
    assert key not in text


@pytest.mark.django_db(transaction=True)
def test_posts_at_the_same_moment_share_the_room(ada):
    claim = form_recovery.sign_draft_owner(ada)
    for number in range(form_recovery.MOST_DRAFTS - 2):
        hold(ada, number)

    def attempt(number):
        try:
            fields = {"typed_by": claim, "note": f"note {number}"}
            return Client().post("/note/", fields).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(attempt, range(12)))
    assert sorted(found) == [303] * 2 + [403] * 10
    assert HeldForm.objects.count() == form_recovery.MOST_DRAFTS


def test_scripts_cannot_read_the_draft_cookie(browser, posted_too_late):
    [cookie] = draft_cookies(posted_too_late).values()
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 15 * 60
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""


def test_the_draft_cookie_is_bound_to_the_host_under_https(settings):
    assert f"{settings.COOKIE_PREFIX}held" == form_recovery.COOKIE
    assert ("__Host-" if settings.HTTPS else "") == settings.COOKIE_PREFIX


def test_the_database_has_neither_the_text_nor_the_token_of_a_draft(posted_too_late):
    row = HeldForm.objects.get()
    [token] = [each.value for each in draft_cookies(posted_too_late).values()]
    stored = bytes(row.body) + row.token_hash.encode() + row.path.encode()
    for secret in (token.encode(), b"early", "Zoë".encode(), b"note="):
        assert secret not in stored


def test_a_draft_is_decrypted_with_its_own_token_page_and_person_alone(
    browser, ben, posted_too_late
):
    HeldForm.objects.update(path="/other-note/")
    sign_in(browser)
    assert note_on(browser.get("/other-note/")) == ""
    assert not HeldForm.objects.exists()


def test_with_another_secret_key_a_draft_is_unreadable_and_the_page_works(
    browser, posted_too_late, settings
):
    settings.SECRET_KEY = "another"
    sign_in(browser)
    assert note_on(browser.get("/note/")) == ""


def test_passwords_and_tokens_are_not_saved_in_a_draft(browser, ada):
    sign_in(browser)
    fields = fields_of(browser) | {"password": "p", "new_Password1": "q", "codes": "3A"}
    end_sign_in(browser)
    [token] = [each.value for each in draft_cookies(post(browser, fields)).values()]
    row = HeldForm.objects.get()
    body = form_recovery._cipher(token, row.path, row.person_id).decrypt(bytes(row.body))
    assert sorted(part.split(b"=")[0] for part in body.split(b"&")) == [b"codes", b"note"]


def test_a_draft_keeps_every_value_of_a_field(rf, ada):
    request = rf.post("/note/", {"codes": ["3A", "16A", "21"], "note": ""})
    kept = form_recovery._fields_to_keep(request.POST)
    assert kept == b"codes=3A&codes=16A&codes=21&note="


@pytest.mark.parametrize("claim", ["", "1", "1:abc:def"])
def test_no_draft_is_saved_without_a_validly_signed_owner(browser, ada, claim):
    sign_in(browser)
    fields = fields_of(browser) | {"typed_by": claim}
    end_sign_in(browser)
    assert_shown_and_not_kept(post(browser, fields), kept=0)


def test_what_no_page_of_ours_has_sent_leads_to_sign_in(browser, ada):
    sign_in(browser)
    token = fields_of(browser)["csrfmiddlewaretoken"]
    end_sign_in(browser)
    response = post(browser, {"csrfmiddlewaretoken": token})
    assert (response.status_code, response["Location"]) == (303, "/account/sign-in/?next=/")
    assert not HeldForm.objects.exists()


def test_no_draft_is_saved_from_a_page_open_for_over_a_week(browser, ada):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        sign_in(browser)
        fields = fields_of(browser)
        end_sign_in(browser)
        clock.shift(timedelta(days=7, seconds=1))
        assert_shown_and_not_kept(post(browser, fields), kept=0)


def test_no_draft_is_saved_for_a_person_whose_account_is_closed(browser, ada):
    sign_in(browser)
    fields = fields_of(browser)
    ada.is_active = False
    ada.save()
    assert_shown_and_not_kept(post(browser, fields), kept=0)


def test_a_button_clicked_after_the_sign_in_ended_redirects_back_to_its_page(browser, ada):
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    response = browser.post(
        "/button/", fields, headers=SAME_ORIGIN | {"Referer": "http://testserver/note/?page=2"}
    )
    assert response["Location"] == "/account/sign-in/?next=/note/%3Fpage%3D2"
    assert (urls.saved, HeldForm.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "referer", ["https://elsewhere.example/", "", "http://testserver.example/", "http://["]
)
@pytest.mark.parametrize("origin", [{}, {"Origin": "http://testserver"}])
def test_a_button_never_redirects_to_another_host(client, referer, origin):
    response = client.post("/button/", headers={"Referer": referer} | origin)
    assert response["Location"] == "/account/sign-in/?next=/"


@pytest.mark.parametrize("why", ["the sign-in ended", "another tab signed in"])
def test_selected_codes_on_the_factor_page_are_recovered_unsaved(browser, why):
    people = make_people()
    assessment = start(people.ada)
    address = f"/assessments/{assessment.reference}/factors/"
    sign_in(browser)
    fields = fields_of(browser, address)
    end_sign_in(browser)
    if why == "another tab signed in":
        sign_in(browser)
    response = browser.post(address, fields | {"codes": ["3A", "16A"]}, headers=SAME_ORIGIN)
    assert response.status_code == 303
    if why == "the sign-in ended":
        sign_in(browser)
    shown = browser.get(address).content.decode()
    checked = [
        box for box in re.findall(r'<input[^>]*name="codes"[^>]*>', shown) if "checked" in box
    ]
    assert [re.search(r'value="(\w+)"', box)[1] for box in checked] == ["3A", "16A"]
    assert "Not saved yet" in shown
    assessment.refresh_from_db()
    assert assessment.codes == []


@pytest.mark.parametrize("page", ["factors", "check"])
def test_a_reply_to_a_manager_is_recovered_unsaved(browser, page):
    people = make_people()
    returned = return_it(submit(start(people.ada)), people.mo)
    address = f"/assessments/{returned.reference}/{page}/"
    sign_in(browser)
    asked = returned.reviews.get().pk
    fields = fields_of(browser, address) | {"replies-to": asked, "reply-general": "The mother’s"}
    end_sign_in(browser)
    assert browser.post(address, fields, headers=SAME_ORIGIN).status_code == 303
    sign_in(browser)
    shown = browser.get(address).content.decode()
    assert re.search(r'<textarea[^>]*id="reply-general"[^>]*>\s*The mother’s</textarea>', shown)
    assert "Not saved yet" in shown
    assert not Reply.objects.exists()


# A stale CSRF token: the page was rendered before the person signed in again, in another tab.


@pytest.fixture
def stale(browser, ada):
    """The fields of a page that Ada opened before she signed in again."""
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    sign_in(browser)
    return fields


def test_a_stale_csrf_token_loses_nothing(browser, stale):
    response = post(browser, stale)
    assert (response.status_code, response["Location"]) == (303, "/note/")
    shown = browser.get("/note/")
    assert note_on(shown) == TYPED
    assert post(browser, form_of(shown)).content == b"Saved"
    assert urls.saved == [TYPED]


def test_a_stale_csrf_token_without_sign_in_loses_nothing(browser, stale):
    end_sign_in(browser)
    assert post(browser, stale)["Location"] == "/note/"
    assert browser.get("/note/")["Location"] == "/account/sign-in/?next=/note/"
    sign_in(browser)
    assert note_on(browser.get("/note/")) == TYPED


def test_the_referer_is_checked_if_no_origin_is_sent(browser, stale):
    assert post(browser, stale, Referer="http://testserver/note/").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "null", "Referer": "http://testserver/note/"},
        {"Referer": "http://elsewhere.example/"},
        {"Origin": "http://["},
        {"Referer": "http://["},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"X-Nothing": "set"},
    ],
)
def test_no_draft_is_saved_for_another_site(browser, stale, headers):
    response = post(browser, stale, **headers)
    assert response.status_code == 403
    assert '<h1 class="govuk-heading-l">Nothing was saved</h1>' in response.content.decode()
    assert (urls.saved, HeldForm.objects.count()) == ([], 0)


def test_one_persons_page_is_neither_saved_nor_kept_as_a_draft_for_another(browser, ada, ben):
    sign_in(browser)
    fields = fields_of(browser)
    end_sign_in(browser)
    sign_in(browser, "ben")
    assert post(browser, fields).status_code == 403
    assert (urls.saved, HeldForm.objects.count()) == ([], 0)


def test_a_view_without_form_recovery_explains_a_stale_csrf_token(browser, stale):
    response = browser.post("/button/", stale, headers=SAME_ORIGIN)
    assert response.status_code == 403
    assert "you have signed in again since" in response.content.decode()
    assert (urls.saved, HeldForm.objects.count()) == ([], 0)


def test_a_sign_in_page_left_open_in_another_tab_still_redirects(browser, ada):
    left_open = form_of(browser.get("/account/sign-in/?next=/note/"))
    sign_in(browser)
    response = browser.post(
        "/account/sign-in/?next=/note/",
        left_open | {"login": "ada", "password": "harbour lantern thistle"},
        headers=SAME_ORIGIN,
        follow=True,
    )
    assert response.redirect_chain[-1] == ("/note/", 302)


def test_a_form_sent_with_a_file_is_refused_and_not_kept_as_a_draft(browser, stale):
    refused = browser.post(
        "/note/",
        stale | {"note": TYPED, "scan": SimpleUploadedFile("a.txt", b"x")},
        headers=SAME_ORIGIN,
    )
    assert refused.status_code == 400
    assert not HeldForm.objects.exists()
