"""A person at a browser: what they do and see, and what must never happen."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, Response, expect

from assessments.models import Assessment
from cinfactors.accounts.models import Session, User
from tests.people import PASSWORD

REFUSALS = {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
"""The statuses of a form that could not be saved and is shown again."""


def ticked(codes: Locator) -> list[str]:
    return codes.evaluate_all("boxes => boxes.filter(box => box.checked).map(box => box.value)")


KEEP_ANNOUNCEMENTS = """() => {
    const place = document.getElementById("announcement");
    window.announced = [];
    new MutationObserver(() => window.announced.push(place.textContent))
        .observe(place, { childList: true, characterData: true, subtree: true });
}"""
IS_ANNOUNCED = "pattern => window.announced.some(each => new RegExp(pattern).test(each))"


class Visitor:
    """One browser context, which loads nothing from anywhere but the server.

    `wrong` collects what no page may do: errors and warnings in the console (where the browser
    reports what the content security policy stopped), errors of scripts, requests to anywhere
    else, files that are missing, answers of 400 and more that are no refusal.
    """

    def __init__(self, browser: Browser, server: str, **options) -> None:
        self.browser, self.server, self.options = browser, server, options
        self.context = browser.new_context(base_url=server, **options)
        self.context.set_default_timeout(30_000)
        self.wrong: list[str] = []
        self.expected: set[int] = set(REFUSALS)
        self.forgiven = ["Failed to load resource"]
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        self.context.on("request", self._request)
        self.context.on("response", self._response)
        self.page = self.context.new_page()

    # What must not happen

    def _console(self, message: ConsoleMessage) -> None:
        # The status of each answer is looked at where it is received.
        if message.type in {"error", "warning"} and not any(
            each in message.text for each in self.forgiven
        ):
            self.wrong.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.server}/", "data:", "about:")):
            self.wrong.append(f"asked elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and (
            response.request.resource_type not in {"document", "xhr", "fetch"}
            or response.status not in self.expected
        ):
            self.wrong.append(f"{response.status}: {response.request.method} {response.url}")

    def expects(self, status: int) -> None:
        """From now on the answer may be of this status."""
        self.expected.add(status)

    def loses_answers(self) -> None:
        """From now on requests may fail."""
        self.expected |= {401, 403}

    def goes_away(self) -> list[str]:
        self.context.close()
        return self.wrong

    # What a person does

    def is_signed_in(self, person: User) -> None:
        """With a session that was made without the form."""
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": self.server}
        self.context.add_cookies([cookie])

    def is_signed_out_by_time(self) -> None:
        Session.objects.all().delete()

    def signs_in(self, person: User, password: str = PASSWORD) -> None:
        self.page.get_by_label("User name").fill(person.username)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.presses("Sign in")

    def opens(self, path: str) -> None:
        self.page.goto(path)

    def opens_factors(self, assessment: Assessment) -> None:
        self.opens(f"/assessments/{assessment.reference}/factors/")

    def opens_check(self, assessment: Assessment) -> None:
        self.opens(f"/assessments/{assessment.reference}/check/")

    def opens_record(self, assessment: Assessment) -> None:
        self.opens(f"/assessments/{assessment.reference}/")

    def opens_another_tab(self) -> Visitor:
        """The same person and browser, in a second tab."""
        other = object.__new__(Visitor)
        other.__dict__ = self.__dict__ | {"page": self.context.new_page()}
        return other

    def listens(self) -> None:
        """Keep all that the page announces: one announcement may follow another at once."""
        self.page.evaluate(KEEP_ANNOUNCEMENTS)

    def hears(self, pattern: str) -> None:
        """Something that was announced since `listens`."""
        self.page.wait_for_function(IS_ANNOUNCED, arg=pattern)

    def follows(self, link: str) -> None:
        """A link, to where it leads: to another page until it is there."""
        found = self.page.get_by_role("link", name=link, exact=True).first
        if (found.get_attribute("href") or "").startswith("#"):
            found.click()
            return
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            found.click()

    def presses(self, button: str) -> None:
        """A button that sends the page, until the answer is there."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.get_by_role("button", name=button, exact=True).last.click()

    def presses_in_place(self, button: str) -> None:
        """A button that stays on the page."""
        self.page.get_by_role("button", name=button, exact=True).last.click()

    def box(self, code: str) -> Locator:
        return self.page.locator(f'input[name="codes"][value="{code}"]')

    def ticks(self, *codes: str) -> None:
        for code in codes:
            self.box(code).check()

    def unticks(self, *codes: str) -> None:
        for code in codes:
            self.box(code).uncheck()

    def waits_until_saved(self) -> None:
        """Until the page says so of everything that was done on it."""
        expect(self.page.locator("#factors[data-save-state='saved']")).to_have_count(1)

    def chooses(self, radio: str, *, of: str = "") -> None:
        """A radio button; `of` is the question, where several have one of that name."""
        where = self.page.get_by_role("group", name=of, exact=True) if of else self.page
        where.get_by_role("radio", name=radio, exact=True).check()

    def enters(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def enters_date(self, legend: str, day) -> None:
        group = self.page.get_by_role("group", name=legend, exact=True)
        for part in ("day", "month", "year"):
            group.get_by_label(part.capitalize(), exact=True).fill(str(getattr(day, part)))

    # What a person sees

    def is_at(self, path: str) -> None:
        expect(self.page).to_have_url(f"{self.server}{path}")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def sees_heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def sees(self, *words: str) -> None:
        for each in words:
            expect(self.page.get_by_text(each).filter(visible=True).first).to_be_visible()

    def does_not_see(self, *words: str) -> None:
        for each in words:
            expect(self.page.get_by_text(each).filter(visible=True)).to_have_count(0)

    def ticked(self) -> list[str]:
        """The codes that are ticked on the page, in its order."""
        return ticked(self.page.locator('input[name="codes"]'))

    def sees_ticked(self, *codes: str) -> None:
        assert sorted(self.ticked()) == sorted(codes)

    def problems(self) -> list[str]:
        """What the error summary says, line by line."""
        return self.page.locator(".govuk-error-summary__list li").all_inner_texts()

    def focused(self) -> Locator:
        return self.page.locator(":focus")
