"""What is true of every response of every URL, for every role; new URLs are included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from cinfactors.web.headers import ALWAYS
from cinfactors.wsgi import application
from tests import people as make
from tests.pages.addresses import address_of, routes
from tests.people import People, make_people
from tests.snapshot import unchanged

MARKUP = """<script>alert("1")</script><b>'&amp;"</b> {{ user }} {% now %}"""
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
POLICY = {
    "base-uri 'none'",
    "default-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}


@pytest.fixture
def people(db) -> People:
    """People and a team whose names would run as scripts if they were not escaped."""
    people = make_people()
    for person in (people.ada, people.mo):
        person.name = MARKUP
        person.save()
    people.north.name = MARKUP
    people.north.save()
    return people


@pytest.fixture
def assessment(people: People):
    returned = make.return_it(
        make.submit(
            make.start(people.ada, given_name=MARKUP, family_name=MARKUP),
            *("13A", "20"),
            description=MARKUP,
        ),
        people.mo,
        comment=MARKUP,
    )
    return make.answer_all(returned, reason=MARKUP)


@pytest.fixture
def browsers(people: People) -> dict[str, Client]:
    made = {}
    for name in ("ada", "mo", "dee", "abe", "nobody"):
        made[name] = Client(raise_request_exception=False, enforce_csrf_checks=True)
        if name != "nobody":
            made[name].force_login(getattr(people, name))
    return made


@pytest.fixture(scope="module")
def kept() -> list[tuple[str, HttpResponse]]:
    return []


@pytest.fixture
def answers(kept, browsers, assessment) -> list[tuple[str, HttpResponse]]:
    """The response of each URL to each person and to nobody; made once for all tests."""
    if not kept:
        for route in routes():
            for name, client in browsers.items():
                if name == "dee" and route.startswith("admin/"):
                    continue  # like Ada, who has no access to it either
                kept.append(
                    (
                        f"{name} {route}",
                        client.get(address_of(route, assessment, assessment.worker_id)),
                    )
                )
    return kept


class Tags(HTMLParser):
    """The elements of a page as a browser parses them, and the content of scripts and styles."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.code = ""
        self.feed(response.content.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        if self.cdata_elem:
            self.code += data.strip()


def whole(answers) -> Iterator[tuple[str, HttpResponse, Tags]]:
    """Yield whole pages, without the fragments that scripts request."""
    for name, response, page in pages(answers):
        if any(tag == "title" for tag, _ in page.elements):
            yield name, response, page


def pages(answers) -> Iterator[tuple[str, HttpResponse, Tags]]:
    for name, response in answers:
        if response["Content-Type"].startswith("text/html") and response.content:
            yield name, response, tags_of(response)


@cache
def tags_of(response: HttpResponse) -> Tags:
    return Tags(response)


def policy_of(response: HttpResponse) -> set[str]:
    return set(response["Content-Security-Policy"].split("; "))


def test_every_response_has_every_header(answers):
    assert {name.partition(" ")[2] for name, _ in answers} == set(routes())
    for name, response in answers:
        assert {header: response.get(header) for header in ALWAYS} == ALWAYS, name
        assert policy_of(response) == POLICY, name
        assert response.get("X-Request-ID"), name
        assert not [each for each in response.headers if each.startswith("Access-Control-")], name
        assert "Content-Disposition" not in response, name
        if response.content and response["Content-Type"] != "application/json":
            assert re.search('; charset="?utf-8"?$', response["Content-Type"]), name
        assert response.status_code < 500, name


def test_no_page_of_a_signed_in_person_is_stored(answers):
    shown = [(n, r) for n, r, _ in pages(answers) if not n.startswith("nobody")]
    assert {n.partition(" ")[0] for n, r in shown if r.status_code == 200} == {
        *("ada", "mo", "dee", "abe")
    }
    for name, response in shown:
        assert "no-store" in response["Cache-Control"], name


def test_no_page_has_an_inline_script_style_or_handler(answers):
    for name, _, page in pages(answers):
        # Data for a script is not a script: the browser runs nothing of these types.
        scripts = [
            attributes.get("type")
            for tag, attributes in page.elements
            if tag == "script" and "src" not in attributes
        ]
        assert set(scripts) <= {"application/json", "application/ld+json"}, name
        assert scripts or page.code == "", name
        for tag, attributes in page.elements:
            assert tag not in {"style", "base", "object", "embed", "iframe"}, name
            assert "style" not in attributes, (name, tag)
            assert not [each for each in attributes if each.startswith("on")], (name, tag)
            for link in ("href", "src", "action", "formaction"):
                address = attributes.get(link, "").strip().lower()
                assert not address.startswith(("javascript:", "data:text", "vbscript:")), name
            if tag in LOADS and attributes.get("rel") not in {"license", "next", "prev"}:
                source = attributes.get(LOADS[tag], "")
                own = ("/static/", "/authority.css", "/admin/jsi18n/", "data:image/svg")
                assert not source or source.startswith(own), (name, tag, source)


def test_every_page_has_a_form_to_sign_out(answers):
    """Of a signed-in person; the admin's form and ours do the same."""
    for name, response, page in whole(answers):
        if name.startswith("nobody") or response.status_code in (400, 500):
            continue
        forms = {each.get("action") for tag, each in page.elements if tag == "form"}
        assert forms & {"/account/sign-out/", "/admin/logout/"}, name


def test_typed_text_is_escaped_on_every_page(answers):
    """Names, texts and reasons would each run as a script if they were not escaped."""
    seen = 0
    for name, response, page in pages(answers):
        assert "<b>" not in response.content.decode(), name
        assert "alert" not in page.code, name
        seen += "{{ user }}" in response.content.decode()
    assert seen > 20


def test_no_link_or_title_contains_the_childs_id(answers, assessment):
    """Both stay in the browser's history."""
    child = assessment.episode.child.la_child_id
    for name, response, page in whole(answers):
        for _, attributes in page.elements:
            for link in ("href", "src", "action", "formaction"):
                assert child not in attributes.get(link, ""), name
        title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
        assert child not in title[1], name


def test_other_responses_have_the_headers_too(people: People):
    client = Client(raise_request_exception=False)
    responses = {
        "a probe": client.get("/healthz"),
        "a file": client.get("/static/pages.css"),
        "no file": client.get("/static/none.css"),
        "another host": client.get("/", headers={"host": "elsewhere.example"}),
        "another method": client.generic("TRACE", "/"),
        "a file sent": client.post("/account/sign-in/", {"f": SimpleUploadedFile("f", b"x")}),
    }
    statuses = {name: response.status_code for name, response in responses.items()}
    assert list(statuses.values()) == [200, 200, 404, 400, 405, 400]
    for name, response in responses.items():
        assert {header: response.get(header) for header in ALWAYS} == ALWAYS, name
        assert "frame-ancestors 'none'" in policy_of(response), name


def test_a_request_in_another_charset_is_refused_with_the_headers_too():
    headers_sent = {}
    environ = Client()._base_environ(CONTENT_TYPE="text/plain; charset=utf-16")
    list(application(environ, lambda status, headers: headers_sent.update(headers)))
    assert {header: headers_sent.get(header) for header in ALWAYS} == ALWAYS
    assert "frame-ancestors 'none'" in headers_sent["Content-Security-Policy"]
    assert headers_sent["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "X"])
def test_no_view_accepts_another_method(browsers, assessment, method: str):
    for route in routes():
        response = browsers["mo"].generic(
            method, address_of(route, assessment, assessment.worker_id)
        )
        assert response.status_code == 405, route


FORGERIES = [{}, {"csrfmiddlewaretoken": "x" * 64}, {"csrfmiddlewaretoken": "x"}]


@pytest.mark.parametrize("who", ["ada", "mo", "abe", "nobody"])
def test_no_view_accepts_a_forged_post(browsers, assessment, who: str):
    client = browsers[who]
    client.get("/account/sign-out/")
    with unchanged():
        for place, route in enumerate(routes()):
            forged = FORGERIES[place % len(FORGERIES)]
            response = client.post(address_of(route, assessment, assessment.worker_id), forged)
            # The page that takes a file looks at the token once it knows who sends it.
            is_led_away = who == "nobody" and route == "census/return/"
            assert response.status_code == (303 if is_led_away else 403), route


def test_no_view_accepts_a_post_from_another_site_even_with_the_right_token(browsers, assessment):
    client = browsers["mo"]
    page = Tags(client.get("/account/sign-out/"))
    token = next(
        attributes["value"]
        for _, attributes in page.elements
        if attributes.get("name") == "csrfmiddlewaretoken"
    )
    origins = ("https://elsewhere.example", "null", "http://testserver.elsewhere.example")
    with unchanged():
        for place, route in enumerate(routes()):
            origin = origins[place % len(origins)]
            response = client.post(
                address_of(route, assessment, assessment.worker_id),
                {"csrfmiddlewaretoken": token},
                headers={"Origin": origin},
            )
            assert response.status_code == 403, (route, origin)


LOADED = [
    {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": use}
    for site in ("cross-site", "same-site")
    for mode, use in (
        ("no-cors", "image"),
        ("no-cors", "script"),
        ("cors", "empty"),
        ("navigate", "iframe"),
        ("navigate", "object"),
    )
]


@pytest.mark.parametrize("headers", LOADED, ids=lambda each: " ".join(each.values()))
def test_other_sites_cannot_load_a_page_into_theirs(browsers, headers):
    response = browsers["ada"].get("/assessments/", headers=headers)
    assert response.status_code == 403
    assert len(response.content) < 50


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_other_sites_may_link_here(browsers, site: str):
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert browsers["ada"].get("/assessments/", headers=headers).status_code == 200


QUERIES = [
    "q=%00&page=9999999999999999999999999999999&p=99999999999&o=99.-99.x&all=1&from=-1&to=x"
    "&tab=%00&whose=%FF&next=%00&_popup=1&_changelist_filters=%00&person=%00&day=2026-13-45",
    "status__exact=%27%20OR%201%3D1--&team__id__exact=99999999999999999999&codes=%ED%A0%80"
    "&worker__id__exact=1;SELECT%20pg_sleep(5)&page=-1&q=" + "(" * 4_000,
    "e=1&" + "&".join(f"a{number}=1" for number in range(390)),
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
def test_no_query_string_causes_a_server_error(browsers, assessment, query: str):
    for route in routes():
        name = "ada"
        if route.startswith("admin/"):
            name = "mo" if "assessments" in route else "abe"
        response = browsers[name].get(
            f"{address_of(route, assessment, assessment.worker_id)}?{query}"
        )
        assert response.status_code < 500, (route, name)


def test_too_many_parameters_are_refused(browsers):
    query = urlencode([(f"a{number}", "1") for number in range(500)])
    assert browsers["ada"].get(f"/assessments/?{query}").status_code == 400


@pytest.mark.parametrize(
    "path", [".git/config", ".git/HEAD", ".env", "var/secret-key", "static/../manage.py", "media/"]
)
def test_no_file_of_the_machine_is_served(browsers, path: str):
    for client in browsers.values():
        assert client.get(f"/{path}").status_code == 404


def test_every_cookie_is_http_only_same_site_and_for_this_host(browsers):
    """Their names and Secure go by HTTPS, and are tested with the settings."""
    client = Client()
    client.get("/account/sign-in/")
    password = {"login": "ada", "password": make.PASSWORD}
    client.post("/account/sign-in/", password)
    assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] in {"Lax", "Strict"}, name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name
