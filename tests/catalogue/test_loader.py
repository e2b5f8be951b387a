"""Reading is strict: an error is refused with its file and place."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from assessments.catalogue import loader
from assessments.catalogue.errors import CatalogueError, NoEditionInForce


def problem() -> str:
    with pytest.raises(CatalogueError) as caught:
        loader.editions()
    return str(caught.value)


def test_editions_stand_in_the_order_of_their_first_day():
    first_days = [edition.in_force_from for edition in loader.editions().values()]
    assert first_days == sorted(first_days)
    assert list(loader.editions())[:3] == ["2016-04", "2020-04", "2021-04"]


def test_editions_are_read_once():
    assert loader.editions() is loader.editions()


def test_the_editions_cannot_be_altered():
    with pytest.raises(TypeError):
        loader.editions()["1999-04"] = loader.edition("2021-04")


def test_an_edition_is_found_by_its_id():
    assert loader.edition("2021-04").title == "April 2021"


def test_an_unknown_edition_is_a_key_error():
    with pytest.raises(KeyError):
        loader.edition("1999-04")


def test_the_edition_in_force_can_be_recorded_under_and_the_earliest_two_only_read():
    assert loader.edition_for(timezone.localdate()).recordable
    earliest = list(loader.editions().values())[:2]
    assert [edition.recordable for edition in earliest] == [False, False]


def test_the_source_is_attributed_as_the_licence_asks():
    for edition in loader.editions().values():
        assert edition.source.licence == "Open Government Licence v3.0"
        assert "licensed under the Open Government Licence v3.0" in edition.source.attribution
        assert edition.source.licence_url.startswith("https://www.nationalarchives.gov.uk/")


@pytest.mark.parametrize(
    ("day", "id"),
    [
        (date(2016, 4, 1), "2016-04"),
        (date(2020, 3, 31), "2016-04"),
        (date(2020, 4, 1), "2020-04"),
        (date(2021, 3, 31), "2020-04"),
        (date(2021, 4, 1), "2021-04"),
        (date(2026, 7, 15), "2021-04"),
    ],
)
def test_a_day_has_the_edition_in_force_on_it(day, id):
    assert loader.edition_for(day).id == id


@pytest.mark.parametrize("day", [date(2016, 3, 31), date.min])
def test_a_day_before_the_first_edition_has_none(day):
    with pytest.raises(NoEditionInForce) as caught:
        loader.edition_for(day)
    assert caught.value.day == day


def test_the_refusal_of_a_day_says_which_it_was():
    with pytest.raises(LookupError, match=r"was in force on 31 March 2016$"):
        loader.edition_for(date(2016, 3, 31))


def test_a_day_between_two_editions_has_none(change):
    change("2020-04/edition.toml", "in_force_to = 2021-03-31", "in_force_to = 2021-03-30")
    with pytest.raises(NoEditionInForce):
        loader.edition_for(date(2021, 3, 31))
    assert loader.edition_for(date(2021, 3, 30)).id == "2020-04"
    assert loader.edition_for(date(2021, 4, 1)).id == "2021-04"


def test_every_edition_is_in_force_on_its_first_and_last_day():
    for edition in loader.editions().values():
        last = edition.in_force_to or date.max
        assert loader.edition_for(edition.in_force_from) == edition
        assert loader.edition_for(last) == edition


def test_another_folder_can_be_read_beside_the_first(folder, change):
    change("2021-04/edition.toml", 'title = "April 2021"', 'title = "Another"')
    assert loader.edition("2021-04").title == "Another"
    assert loader.editions(folder) is loader.editions()


BROKEN = [
    ("edition.toml", 'id = "2021-04"', 'id = "2021-05"',
     "edition.toml: id is 2021-05, but the folder is called 2021-04"),
    ("edition.toml", "recordable = true", 'recordable = true\ncolour = "blue"',
     "edition.toml: unknown key colour"),
    ("edition.toml", "recordable = true", "",
     "edition.toml: recordable is missing"),
    ("edition.toml", "recordable = true", "recordable = 1",
     "edition.toml: recordable must be true or false"),
    ("edition.toml", "in_force_from = 2021-04-01", 'in_force_from = "2021-04-01"',
     "edition.toml: in_force_from must be a date"),
    ("edition.toml", "in_force_from = 2021-04-01", "in_force_from = 2021-04-01T00:00:00",
     "edition.toml: in_force_from must be a date"),
    ("edition.toml", 'title = "April 2021"', 'title = ""',
     "edition.toml: title is empty"),
    ("edition.toml", 'publisher = "Department for Education"', "",
     "edition.toml: source: publisher is missing"),
    ("edition.toml", 'id = "parenting"', 'id = "child"',
     "edition.toml: domain child: stands twice"),
    ("edition.toml", '18A = "18A was', '18A = ""\n"18A " = "18A was',
     "edition.toml: replaced: 18A is empty"),
    ("factors.toml", 'number = "2"', 'number = "1"',
     "factors.toml: factor 1: stands twice"),
    ("factors.toml", 'number = "2"', "number = 2",
     "factors.toml: factor number 2: number must be text"),
    ("factors.toml", "page = 14", "page = true",
     "factors.toml: factor 24: page must be a whole number"),
    ("factors.toml", 'name = "Gangs"', 'name = "Gangs"\ntitle = "Gangs"',
     "factors.toml: factor 13: unknown key title"),
    ("factors.toml", 'code = "2A"\nabout = "The child"\ndomain = "child"',
     'code = "2A"\nabout = "The child"',
     "factors.toml: factor 2, code 2A: domain is missing"),
    ("factors.toml", 'code = "13A"', 'code = "13A"\nheading = ""',
     "factors.toml: factor 13, code 13A: unknown key heading"),
    ("factors.toml", '  "Code (20) Other",', '  "**Code (20) Other",',
     "factors.toml: factor 20: the bold is not closed: '**Code (20) Other'"),
    ("factors.toml", '  "Code (20) Other",', "  20,",
     "factors.toml: factor 20: blocks must hold text and lists of text"),
    ("factors.toml", '  "Code (20) Other",', "  [],",
     "factors.toml: factor 20: a list in blocks is empty"),
    ("factors.toml", '  "Code (20) Other",', '  [["Code (20) Other"]],',
     "factors.toml: factor 20: blocks must hold text and lists of text"),
    ("factors.toml", 'number = "13"', 'number = "13',
     "factors.toml: is not TOML: "),
    ("sections.toml", 'slug = "process"', 'slug = "purpose"',
     "sections.toml: section purpose: stands twice"),
    ("sections.toml", "2018]] – Page 30", "2018 – Page 30",
     "sections.toml: section process, footnotes number 1: the source is not closed: "),
    ("synonyms.toml", '"cuckooing"', '"Cuckooing"',
     "synonyms.toml: 24 holds 'Cuckooing', which is not in plain lower case"),
    ("synonyms.toml", '"cuckooing"', '"cuckooing", "cuckooing"',
     "synonyms.toml: 24 holds cuckooing twice"),
    ("synonyms.toml", "24 = [", "25 = [",
     "synonyms.toml: there is no factor or code 25"),
    ("people.toml", 'kind = "partner"', 'kind = "friend"',
     "people.toml: people a partner: friend is no kind of people"),
    ("people.toml", 'done_to = ["3"]', 'done_to = ["33"]',
     "people.toml: done_to names no factor 33"),
    ("people.toml", 'blows = ["18"]', 'blows = ["81"]',
     "people.toml: blows names no factor 81"),
    ("people.toml", 'grown_up = "another adult"', 'grown_up = "nobody"',
     "people.toml: grown_up names no people nobody"),
    ("people.toml", 'usually = ["By an adult", "A parent or carer"]', 'usually = ["By nobody"]',
     "people.toml: no code is about By nobody"),
    ("people.toml", 'never = ["1", "2", "4"]', 'never = ["33"]',
     "people.toml: people a baby: never names no factor 33"),
    ("people.toml", 'name = "another child"\nabout = ["By another child"]',
     'name = "another child"\nabout = ["By nobody"]',
     "people.toml: people another child: no code is about By nobody"),
    ("undescribed.toml", '"section 47 enquiry"', '"Section 47 enquiry"',
     "undescribed.toml: undescribed number 18: words holds 'Section 47 enquiry', which is not"),
    ("rules.toml", 'id = "no-factors-stands-alone"', 'id = "listed-codes"',
     "rules.toml: rule listed-codes: stands twice"),
    ("rules.toml", 'id = "some-factor"', 'id = "some-factor"\nfires = "always"',
     "rules.toml: rule some-factor: unknown key fires"),
    ("rules.toml", 'id = "some-factor"', 'id = "some-factor"\ncodes = ["1A", "1A"]',
     "rules.toml: rule some-factor: codes holds 1A twice"),
    ("rules.toml", 'id = "some-factor"', 'id = "some-factor"\ncodes = "1A"',
     "rules.toml: rule some-factor: codes must be a list"),
    ("rules.toml", 'id = "some-factor"', 'id = "some-factor"\ncodes = [1]',
     "rules.toml: rule some-factor: codes must be a list of text"),
    ("rules.toml", 'id = "some-factor"', 'id = "some-factor"\npairs = ["1A"]',
     "rules.toml: rule some-factor: pairs must be a list of text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "message"), BROKEN, ids=[case[-1] for case in BROKEN]
)
def test_an_invalid_file_is_refused_with_the_place_of_its_error(change, file, old, new, message):
    change(f"2021-04/{file}", old, new)
    assert problem().startswith(f"2021-04/{message}")


def test_an_unknown_severity_is_refused(folder):
    path = folder / "2021-04/rules.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"consider"', '"ponder"', 1), encoding="utf-8")
    assert problem().endswith(
        "severity must be one of error_on_save, error_on_submission, explain, consider, note"
    )


@pytest.mark.parametrize("file", ["edition.toml", "factors.toml"])
def test_a_missing_file_is_reported(folder, file):
    (folder / "2021-04" / file).unlink()
    assert problem() == f"2021-04/{file}: the file is missing"


def test_a_file_in_another_encoding_is_refused(folder):
    (folder / "2021-04/rules.toml").write_bytes("‘".encode("cp1252"))
    assert problem().startswith("2021-04/rules.toml: is not UTF-8: ")


def test_a_missing_folder_is_reported(tmp_path):
    with pytest.raises(CatalogueError, match=r"^nowhere: there is no such folder of editions$"):
        loader.editions(tmp_path / "nowhere")


def test_a_folder_without_editions_is_reported(tmp_path):
    with pytest.raises(CatalogueError, match=r"holds no edition$"):
        loader.editions(tmp_path)
