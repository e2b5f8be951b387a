"""Error pages: in plain words, and shown whatever else has failed."""

from __future__ import annotations

import io
import re

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from cinfactors import error_pages
from cinfactors.accounts.models import HeldForm
from cinfactors.web import request_bodies
from tests.accounts import urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
TOO_BIG = "x" * (5 * 1024 * 1024)
TECHNICAL = re.compile(
    r"traceback|exception|django|python|csrf|token|\bcode 4|\b[45]\d\d\b|RuntimeError|12345", re.I
)


def text_of(response) -> str:
    html = response.content.decode()
    main = re.search(r"<main.*?</main>", html, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def title(response) -> str:
    return re.search(r"<title>(.*?)</title>", response.content.decode())[1]


@pytest.fixture
def browser(settings):
    """A client that gets the error page of an exception, as a browser does."""
    settings.ALLOWED_HOSTS = ["testserver"]
    return Client(raise_request_exception=False)


def too_many_fields(client):
    return client.post("/account/sign-in/", {f"field{n}": "" for n in range(401)})


PAGES = {
    "bad host": (
        400,
        "What you sent could not be read",
        lambda client: client.get("/", headers={"Host": "elsewhere.example"}),
    ),
    "too big": (
        400,
        "What you sent could not be read",
        lambda client: client.post("/account/sign-in/", {"login": TOO_BIG}),
    ),
    "too many fields": (400, "What you sent could not be read", too_many_fields),
    "forbidden": (403, "You cannot do this", lambda client: client.get("/forbidden/")),
    "csrf": (
        403,
        "Nothing was saved",
        lambda client: Client(enforce_csrf_checks=True).post("/account/sign-in/"),
    ),
    "unknown": (404, "Page not found", lambda client: client.get("/no-such-page/")),
    "broken": (
        500,
        "Sorry, there is a problem with the service",
        lambda client: client.get("/broken/"),
    ),
}


@pytest.mark.parametrize("case", PAGES)
def test_each_failure_has_a_plain_page(browser, ada, case):
    status, heading, send = PAGES[case]
    browser.force_login(ada)
    response = send(browser)
    assert response.status_code == status
    assert title(response) == f"{heading} – cinfactors"
    assert text_of(response).startswith(heading)
    assert not TECHNICAL.search(text_of(response))
    assert "Exampleshire County Council" in response.content.decode()
    assert '<link rel="stylesheet" href="/static/pages.css">' in response.content.decode()


def test_a_body_that_is_too_big_says_that_nothing_was_saved(browser, ada):
    browser.force_login(ada)
    urls.saved.clear()
    response = browser.post("/note/", {"note": TOO_BIG})
    assert response.status_code == 400
    assert "Nothing was saved." in text_of(response)
    assert urls.saved == []


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_it_says_so_too_under_csrf_checks(ada, settings, kind):
    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(ada)
    browser.get("/note/")
    if kind.startswith("multipart"):
        response = browser.post("/note/", {"note": TOO_BIG})
    else:
        response = browser.post("/note/", f"note={TOO_BIG}", content_type=kind)
    assert response.status_code == 400
    assert "Nothing was saved." in text_of(response)
    assert not HeldForm.objects.exists()


def test_it_says_so_too_when_nobody_is_signed_in(browser):
    response = browser.post("/note/", {"note": TOO_BIG})
    assert response.status_code == 400
    assert "Nothing was saved." in text_of(response)


@pytest.mark.parametrize("address", ["/no-such-page/", "/note/", "/account/sign-in/"])
def test_a_refused_body_is_read_to_its_end_so_that_the_response_arrives(settings, address):
    settings.ALLOWED_HOSTS = ["testserver"]
    body = io.BytesIO(b"note=" + TOO_BIG.encode())
    length = len(body.getvalue())
    response = Client(enforce_csrf_checks=True).post(
        address,
        content_type="application/x-www-form-urlencoded",
        **{"wsgi.input": body, "CONTENT_LENGTH": str(length)},
    )
    assert response.status_code in {403, 404}
    assert body.tell() == length


def test_an_endless_body_is_not_read_for_ever(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    body = io.BytesIO(b"x" * (request_bodies.MOST + request_bodies.CHUNK))
    Client().post(
        "/no-such-page/",
        content_type="text/plain",
        **{"wsgi.input": body, "CONTENT_LENGTH": str(request_bodies.MOST + request_bodies.CHUNK)},
    )
    assert body.tell() == request_bodies.MOST


def test_a_request_for_another_host_costs_no_query(browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        PAGES["bad host"][2](browser)


def test_an_unknown_page_costs_a_visitor_no_query(browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert browser.get("/no-such-page/").status_code == 404


def test_error_pages_make_no_query(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        responses = [
            error_pages.server_error(rf.get("/")),
            error_pages.bad_request(rf.get("/"), ValueError()),
        ]
    assert [response.status_code for response in responses] == [500, 400]
    assert [response["Cache-Control"] for response in responses] == ["no-store"] * 2


def test_an_error_page_is_shown_while_the_database_is_away(browser, ada, monkeypatch):
    browser.force_login(ada)

    def away(*args, **kwargs):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(CursorWrapper, "execute", away)
    response = browser.get("/note/")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert text_of(response).startswith("Sorry, there is a problem with the service")


def test_too_many_posts_of_the_sign_in_page_get_a_page(browser, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip", "login_failed": "5/5m/key"}
    browser.post("/account/sign-in/")
    response = browser.post("/account/sign-in/")
    assert response.status_code == 429
    assert text_of(response).startswith("Too many tries")


def test_pages_are_compressed(client):
    response = client.get("/account/sign-in/", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
