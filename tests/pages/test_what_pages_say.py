"""The text of pages: escaped, labelled, and without a child's details where they could leak."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment, Child, Status
from cinfactors.web.logs import JsonFormatter
from tests import people as make
from tests.pages.form_data import at, key_and_version, new_child_form
from tests.pages.page import field_value, read, words
from tests.people import People

MARKUP = """<script>alert("1")</script><b>'&amp;"</b> {{ user }} {% now %}"""


# Page states: each is a way to a page, with everything that it can show.

State = Callable[[Client, People], object]


def _draft(people: People, *codes: str, **fields) -> Assessment:
    return make.record(make.start(people.ada, **fields), *codes, description="Debts")


def _in(status: Status, page: str) -> State:
    return lambda client, people: client.get(
        at(page, make.in_status(status, people.ada, people.mo))
    )


def _posted(page: str, recorded: tuple[str, ...], **values) -> State:
    def answer(client: Client, people: People):
        draft = _draft(people, *recorded)
        return client.post(at(page, draft), key_and_version(draft, **values))

    return answer


def _key_points(client: Client, people: People):
    draft = _draft(people, "20", "13A", "6B")
    client.post(
        at("factors", draft),
        key_and_version(draft, codes=["20", "13A", "6B"], density="key_points"),
    )
    return client.get(at("factors", draft))


def _answered(client: Client, people: People):
    return client.get(at("check", make.answer_all(_draft(people, "13A", "6B", "20"))))


def _searched(client: Client, people: People):
    _draft(people, "4B")
    return client.post("/assessments/", {"words": "robin"}, follow=True)


def _known_child(client: Client, people: People):
    return client.get(reverse("start_for_child", args=[_draft(people).episode.child.reference]))


def _free_child(client: Client, people: People):
    child = Child.objects.create(
        la_child_id="EX1", family_name="Sample", sex="U", birth_date="2015-02-03"
    )
    return client.post(reverse("start_for_child", args=[child.reference]), {"referral_source": ""})


STATES: dict[str, State] = {
    "the list": lambda client, people: (_draft(people), client.get("/assessments/"))[1],
    "the list, searched": _searched,
    "the list, empty": lambda client, people: client.get("/assessments/?tab=authorised"),
    "the start": lambda client, people: client.get("/assessments/start/"),
    "the start, without an id": lambda client, people: client.post("/assessments/start/", {"x": 1}),
    "the start, of an unknown child": lambda client, people: client.post(
        "/assessments/start/", {"la_child_id": "EX77"}, follow=True
    ),
    "a new child": lambda client, people: client.get("/assessments/start/new/"),
    "a new child, all wrong": lambda client, people: client.post(
        "/assessments/start/new/", dict.fromkeys(new_child_form(), "\x01")
    ),
    "a new child, nothing entered": lambda client, people: client.post(
        "/assessments/start/new/", {"key": "x"}
    ),
    "a known child": _known_child,
    "a known child, nothing entered": _free_child,
    "factors, a new draft": lambda client, people: client.get(at("factors", _draft(people))),
    "factors, with findings": lambda client, people: client.get(
        at("factors", _draft(people, "20", "13A", "6B", "16A"))
    ),
    "factors, key points": _key_points,
    "factors, returned": _in(Status.RETURNED, "factors"),
    "factors, reopened": _in(Status.REOPENED, "factors"),
    "factors, unknown codes": _posted("factors", (), codes=["99Z", "18A"]),
    "factors, no factors and another": _posted("factors", (), codes=["21", "4A"]),
    "factors, doubled codes": _posted("factors", (), codes=["4A", "4A"]),
    "factors, too many": _posted("factors", (), codes=[f"{n}Q" for n in range(250)]),
    "factors, a long description": _posted(
        "factors", (), codes=["20"], other_description="x" * 501
    ),
    "factors, a conflict": _posted("factors", ("4B",), codes=["4A", "99Z"], version=1),
    "check": lambda client, people: client.get(at("check", _draft(people, "13A", "6B", "20"))),
    "check, answered": _answered,
    "check, nothing selected": lambda client, people: client.get(at("check", _draft(people))),
    "check, refused": _posted("check", ("13A", "6B", "20"), next="submit"),
    "check, empty and refused": _posted("check", (), next="submit"),
    "check, an unknown outcome": _posted("check", ("4B",), outcome="x", next="submit"),
    "check, a long reason": _posted(
        "check", ("13A",), **{"text-gangs-with-criminal-exploitation": "x" * 1001}
    ),
    "check, a conflict": _posted("check", ("13A",), outcome="early_help", version=1),
    "cancel": _in(Status.DRAFT, "cancel"),
    "cancel, without a reason": _posted("cancel", (), reason=" "),
    "cancel, with a long reason": _posted("cancel", (), reason="x" * 501),
    "submitted": _in(Status.SUBMITTED, "submitted"),
    "locked": lambda client, people: client.post(
        at("factors", made := make.in_status(Status.SUBMITTED, people.ada, people.mo)),
        key_and_version(made),
    ),
    **{f"the record, {status}": _in(status, "record") for status in Status},
    "guidance": lambda client, people: client.get("/guidance/"),
    "guidance, searched": lambda client, people: client.get("/guidance/?q=county+lines"),
    "guidance, nothing found": lambda client, people: client.get("/guidance/?q=zzzz"),
    "guidance, one code": lambda client, people: client.get("/guidance/24A/"),
    "guidance, a replaced code": lambda client, people: client.get("/guidance/18A/"),
    "change password": lambda client, people: client.post("/account/password/", {"x": 1}),
    "sign out": lambda client, people: client.get("/account/sign-out/"),
    "not found": lambda client, people: client.get("/nothing/"),
}


def references_of(element: Tag) -> list[str]:
    """The ids that an element points to on its own page."""
    found = []
    for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "aria-owns"):
        found += element.get(name, "").split()
    found += element.get("data-aria-controls", "").split()
    if element.name == "a" and element.get("href", "").startswith("#"):
        found.append(element["href"][1:])
    return found


@pytest.mark.parametrize("state", STATES)
def test_every_page_says_what_it_is_and_what_is_on_it(ada: Client, people: People, state: str):
    response = STATES[state](ada, people)
    assert response.status_code < 500
    assert response["Content-Type"].startswith("text/html")
    page = read(response)
    assert_every_name_belongs_to_one_element(page)
    assert_every_box_has_a_label(page)
    assert len(page.find_all("h1")) == 1
    [title] = page.find_all("title")
    assert title.text.endswith("– cinfactors")
    # An error is said first.
    assert title.text.startswith("Error: ") == bool(page.find_all(id="error-summary"))
    for each in page.find_all(["button", "a", "legend", "h1", "h2", "h3", "th", "caption"]):
        assert words(each.text), each


def assert_every_name_belongs_to_one_element(page: BeautifulSoup) -> None:
    """Labels, hints, errors and links within the page lead to ids that are there, once each."""
    ids = [each["id"] for each in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), {each for each in ids if ids.count(each) > 1}
    lost = {
        (element.name, target)
        for element in page.find_all(True)
        for target in references_of(element)
        if target not in ids
    }
    assert lost == set()


def assert_every_box_has_a_label(page: BeautifulSoup) -> None:
    labelled = {each["for"] for each in page.find_all("label")}
    for box in page.find_all(["input", "select", "textarea"]):
        if box.get("type") not in {"hidden", "submit"}:
            assert box.get("id") in labelled, box.attrs


# Text as it was typed


@pytest.fixture
def marked(people: People) -> Assessment:
    """A record whose every text holds markup."""
    people.ada.name = people.mo.name = MARKUP
    people.ada.save()
    people.mo.save()
    people.north.name = MARKUP
    people.north.save()
    draft = make.start(people.ada, given_name=MARKUP, family_name=MARKUP)
    draft = make.record(draft, "13A", "20", "6B", description=MARKUP)
    return make.answer_all(draft, reason=MARKUP)


def assert_harmless(response) -> None:
    """No element of the page comes from what was typed."""
    page = read(response)
    for script in page.find_all("script"):
        assert script.get("src", "").startswith("/static/")
        assert script.text == ""
    assert page.find_all("b") == []
    assert "{{ user }}" in page.text
    assert "amp;" in page.text


def test_markup_is_text_on_every_page(ada: Client, people: People, marked: Assessment):
    for page in ("record", "factors", "check", "cancel"):
        assert_harmless(ada.get(at(page, marked)))
    assert_harmless(ada.get(reverse("start_for_child", args=[marked.episode.child.reference])))
    assert_harmless(ada.get("/assessments/?whose=team"))
    returned = make.return_it(
        make.submit(marked, "13A", "20", description=MARKUP), people.mo, comment=MARKUP
    )
    for page in ("factors", "record"):
        assert_harmless(ada.get(at(page, returned)))
    gone = make.cancel(returned, MARKUP)
    response = ada.get(at("record", gone))
    assert_harmless(response)
    assert words(MARKUP) in words(read(response).text)


def test_what_was_typed_comes_back_as_it_was_typed(ada: Client, marked: Assessment):
    assert field_value(ada.get(at("factors", marked)), "other_description") == MARKUP
    typed = ada.get(at("check", marked))
    assert field_value(typed, "text-gangs-with-criminal-exploitation") == MARKUP


@pytest.mark.parametrize(
    "text", ["\n\nTwo lines\n first", "a & b &amp; c", "</textarea><b>", "é🙂"]
)
def test_a_refused_description_comes_back_as_it_was_typed(ada: Client, people: People, text: str):
    draft = make.start(people.ada)
    response = ada.post(
        at("factors", draft), key_and_version(draft, codes=["20", "21"], other_description=text)
    )
    assert response.status_code == 422
    assert field_value(response, "other_description") == text


def test_markup_in_what_was_refused_is_text_too(ada: Client, people: People):
    draft = make.start(people.ada)
    refused = [
        ada.post(at("factors", draft), key_and_version(draft, codes=[MARKUP, "20"])),
        ada.post(
            at("factors", draft), key_and_version(draft, codes="99Z", other_description=MARKUP)
        ),
        ada.post(at("cancel", draft), key_and_version(draft, reason=MARKUP + "x" * 500)),
        ada.post(reverse("start_with_new_child"), new_child_form(given_name=MARKUP, sex="")),
        ada.post(reverse("start"), {"la_child_id": MARKUP[:39]}),
        ada.post("/assessments/", {"words": MARKUP}, follow=True),
        ada.get("/guidance/", {"q": MARKUP}),
    ]
    for response in refused:
        page = read(response)
        assert page.find_all("b") == []
        assert all(script.text == "" for script in page.find_all("script"))


# No child's details in addresses, titles and logs


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log():
    """Return every line that the product's and Django's loggers write, as the log has it."""
    handler = Lines()
    loggers = [logging.getLogger(name) for name in ("cinfactors", "django", "assessments", "")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler.lines
    for logger in loggers:
        logger.removeHandler(handler)


def test_no_address_title_or_log_line_of_a_journey_names_a_child_or_a_code(
    people: People, browser_of, log: list[str]
):
    secret = ("ZQX7000", "Quillon", "Zephyrine", "13A", "24A", "7A", "6B", "Owes Mr Brackwater")
    client = browser_of(people.ada)
    addresses, titles = [], []

    def note(response):
        for request in [*getattr(response, "redirect_chain", []), (response.request["PATH_INFO"],)]:
            addresses.append(request[0])
        page = read(response)
        titles.append(page.title.text)
        for link in page.find_all(["a", "form"]):
            address = link.get("href") or link.get("action") or ""
            if not address.startswith(("#", "https://")):
                # Links within a page name a box; they are not sent anywhere.
                parts = urlsplit(address)
                addresses.append(f"{parts.path}?{parts.query}")
        return response

    def get(address):
        return note(client.get(address, follow=True))

    def post(address, values):
        return note(client.post(address, values, follow=True))

    get("/")
    post("/assessments/start/", {"la_child_id": "ZQX7000"})
    post(
        "/assessments/start/new/",
        new_child_form(la_child_id="ZQX7000", given_name="Quillon", family_name="Zephyrine"),
    )
    made = Assessment.objects.get()
    post(at("factors", made), key_and_version(made, codes=["13A", "6B", "99Z"]))
    post(at("factors", made), key_and_version(made, codes=["13A", "6B"], next="check"))
    made.refresh_from_db()
    post(at("check", made), key_and_version(made, next="submit"))
    values = {
        "text-gangs-with-criminal-exploitation": "Owes Mr Brackwater",
        "considered-young-carer": "yes",
        "outcome": "early_help",
        "next": "submit",
    }
    post(at("check", made), key_and_version(made, **values))
    get(at("record", made))
    post("/assessments/", {"words": "Zephyrine"})
    get("/assessments/?tab=with-manager")
    made.refresh_from_db()
    post(at("withdraw", made), key_and_version(made))
    made.refresh_from_db()
    post(at("factors", made), key_and_version(made, codes=["13A"], version=1))
    post(at("factors", made), key_and_version(made, codes=["13A"], version="x"))
    get(f"/assessments/{uuid.uuid4()}/")
    post(at("cancel", made), key_and_version(made, reason="Owes Mr Brackwater"))
    assert Assessment.objects.get().status == Status.CANCELLED
    assert len(log) > 15
    assert len(addresses) > 100
    for text in [*addresses, *titles, *log]:
        for word in secret:
            assert word not in text
