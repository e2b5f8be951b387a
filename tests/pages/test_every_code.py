"""Each code of the guide by itself: recorded, shown back, and on a page of its own."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.catalogue import loader
from assessments.models import Assessment
from tests.pages.form_data import at, key_and_version
from tests.pages.page import heading, read, ticked, words

EDITION = loader.edition("2021-04")


@pytest.mark.parametrize("domain", [*(domain.id for domain in EDITION.domains), None])
def test_each_code_alone_is_stored_as_itself_and_shown_back(ada: Client, draft: Assessment, domain):
    codes = [code.code for code in EDITION.codes.values() if code.domain == domain]
    assert codes
    for code in codes:
        answer = ada.post(at("factors", draft), key_and_version(draft, codes=[code], next="check"))
        assert (answer.status_code, answer.url) == (302, at("check", draft))
        draft.refresh_from_db()
        assert draft.codes == [code]
        assert ticked(ada.get(at("factors", draft))) == [code]


def test_each_code_has_its_page(ada: Client):
    for code in EDITION.codes:
        page = ada.get(f"/guidance/{code}/")
        assert heading(page) == f"{code} {EDITION.name_of(code)}"
        [main] = read(page).find_all("main")
        text = "".join(main.text.split())
        assert "".join(EDITION.factor_of(code).text.split()) in text


def test_each_replaced_code_has_a_page_that_says_what_replaced_it(ada: Client):
    assert EDITION.replaced
    for code, instead in EDITION.replaced.items():
        [main] = read(ada.get(f"/guidance/{code}/")).find_all("main")
        assert words(instead) in words(main.text)
