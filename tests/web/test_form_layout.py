"""The markup of each widget, in each state, is that of the GOV.UK Design System."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from crispy_forms.utils import render_crispy_form
from django import forms

from assessments.components.forms import DateField
from cinfactors.web.form_layout import Button, Field, Fieldset, inner_layout, whole_form
from cinfactors.web.problems import problems_of

HOSTILE = """<script>alert("1")</script>'"&amp;"""


class Everything(forms.Form):
    """One field of each kind of widget."""

    name = forms.CharField(
        label="Name",
        help_text="As on the letter",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    words = forms.CharField(label="Words", widget=forms.Textarea)
    source = forms.ChoiceField(label="Source", choices=[("", "Select one"), ("a", "Police")])
    secret = forms.CharField(
        label="Password",
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "placeholder": "Password"}
        ),
    )
    sex = forms.ChoiceField(
        label="Sex",
        help_text="As recorded",
        choices=[("f", "Female"), ("m", "Male")],
        widget=forms.RadioSelect,
    )
    people = forms.MultipleChoiceField(
        label="People",
        choices=[("1", "Ada"), ("11", "Ben")],
        widget=forms.CheckboxSelectMultiple,
    )
    born = DateField(label="Date of birth", help_text="For example, 27 3 2014")


NAMES = list(Everything.base_fields)
FIELDSETS = ["sex", "people", "born"]
LABELLED = ["name", "words", "source", "secret"]


def rendered(form: forms.Form, *layout: Any) -> Tag:
    return BeautifulSoup(
        render_crispy_form(form, inner_layout(*layout or map(Field, NAMES))), "html.parser"
    )


def group(form: forms.Form, name: str, **options: Any) -> Tag:
    return rendered(form, Field(name, **options)).select_one(".govuk-form-group")


def filled(**changes: Any) -> dict[str, Any]:
    posted = {
        "name": "Robin",
        "words": "Some words",
        "source": "a",
        "secret": "s",
        "sex": "m",
        "people": ["11"],
        "born_0": "27",
        "born_1": "3",
        "born_2": "2014",
    }
    return posted | changes


def described(element: Tag, page: Tag) -> list[str]:
    """Return the text of all that describes the element: each id is there once."""
    ids = element.get("aria-describedby", "").split()
    assert all(len(page.select(f"#{each}")) == 1 for each in ids)
    return [page.select_one(f"#{each}").get_text(" ", strip=True) for each in ids]


def test_a_text_input():
    found = group(Everything(initial={"name": "Robin"}), "name", size="s", width=20)
    label, hint, box = found.find_all(recursive=False)
    assert (label.name, label["class"]) == ("label", ["govuk-label", "govuk-label--s"])
    assert (label["for"], label.get_text(strip=True)) == ("id_name", "Name")
    assert (hint.name, hint["class"], hint.text) == ("div", ["govuk-hint"], "As on the letter")
    assert box.attrs == {
        "type": "text",
        "name": "name",
        "value": "Robin",
        "id": "id_name",
        "class": ["govuk-input", "govuk-input--width-20"],
        "maxlength": "20",
        "autocomplete": "off",
        "inputmode": "text",
        "aria-describedby": hint["id"],
    }


def test_a_share_of_the_column_is_a_width():
    box = group(Everything(), "name", width="two-thirds").input
    assert box["class"] == ["govuk-input", "govuk-!-width-two-thirds"]


def test_a_textarea():
    box = group(Everything(initial={"words": "\nOne"}), "words", rows=3).textarea
    assert (box["class"], box["rows"]) == (["govuk-textarea"], "3")
    assert box.text == "\n\nOne"  # the browser drops the first line break


def test_a_select():
    box = group(Everything(initial={"source": "a"}), "source").select_one("select")
    assert box["class"] == ["govuk-select"]
    assert [each["value"] for each in box.select("option[selected]")] == ["a"]


def test_a_password():
    found = group(Everything(filled(secret="typed")), "secret")
    assert found["class"] == ["govuk-form-group", "govuk-password-input"]
    assert found["data-module"] == "govuk-password-input"
    box, button = found.select(".govuk-input__wrapper.govuk-password-input__wrapper > *")
    assert box.attrs == {
        "type": "password",
        "name": "secret",
        "id": "id_secret",
        "class": [
            "govuk-input",
            "govuk-password-input__input",
            "govuk-js-password-input-input",
        ],
        "spellcheck": "false",
        "autocapitalize": "none",
        "autocomplete": "current-password",
    }
    assert (button["type"], button["aria-controls"]) == ("button", "id_secret")
    assert button.has_attr("hidden")


@pytest.mark.parametrize(
    ("name", "block", "kind", "ticked"),
    [
        ("sex", "govuk-radios", "radio", "m"),
        ("people", "govuk-checkboxes", "checkbox", "11"),
    ],
)
def test_radios_and_checkboxes(name: str, block: str, kind: str, ticked: str):
    found = group(Everything(initial={name: [ticked] if name == "people" else ticked}), name)
    assert found.fieldset["class"] == ["govuk-fieldset"]
    assert found.legend["class"] == ["govuk-fieldset__legend"]
    assert found.select_one(f".{block}")["data-module"] == block
    boxes = found.select(f".{block} > .{block}__item > input.{block}__input")
    labels = found.select(f".{block}__item > label.govuk-label.{block}__label")
    assert [(box["type"], box["id"], box["name"]) for box in boxes] == [
        (kind, f"id_{name}_{place}", name) for place in (1, 2)
    ]
    assert [label["for"] for label in labels] == [box["id"] for box in boxes]
    # Whole values: 1 is in 11 and is not ticked.
    assert [box["value"] for box in boxes if box.has_attr("checked")] == [ticked]
    small = group(Everything(), name, small=True)
    assert small.select_one(f".{block}.{block}--small")
    assert not found.select(f".{block}--small")


def test_a_date():
    found = group(Everything(initial={"born": date(2014, 3, 27)}), "born", size="s")
    assert found.fieldset["role"] == "group"
    assert found.legend["class"] == ["govuk-fieldset__legend", "govuk-fieldset__legend--s"]
    assert described(found.fieldset, found) == ["For example, 27 3 2014"]
    items = found.select("#id_born.govuk-date-input > .govuk-date-input__item > .govuk-form-group")
    assert [(item.label["for"], item.label.text) for item in items] == [
        ("id_born_0", "Day"),
        ("id_born_1", "Month"),
        ("id_born_2", "Year"),
    ]
    assert [item.input.attrs for item in items] == [
        {
            "type": "text",
            "name": f"born_{place}",
            "value": value,
            "id": f"id_born_{place}",
            "class": ["govuk-input", "govuk-date-input__input", f"govuk-input--width-{width}"],
            "inputmode": "numeric",
            "autocomplete": "off",
        }
        for place, (value, width) in enumerate([("27", 2), ("3", 2), ("2014", 4)])
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_field_without_an_error_is_not_marked(name: str):
    for form in (Everything(), Everything(filled())):
        found = group(form, name)
        assert "govuk-form-group--error" not in found["class"]
        assert not found.select(".govuk-error-message, [aria-invalid], [class*=--error]")


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_answer_is_said_beside_the_field(name: str):
    form = Everything({})
    found = group(form, name)
    assert "govuk-form-group--error" in found["class"]
    (message,) = found.select(".govuk-error-message")
    (error,) = form.errors[name]
    assert message.name == "p"
    assert message.get_text(" ", strip=True) == f"Error: {error}"
    assert message.select_one(".govuk-visually-hidden").text == "Error:"
    hint = form.fields[name].help_text
    holder = found.fieldset if name in FIELDSETS else found.select_one("input, textarea, select")
    assert described(holder, found) == [*([hint] if hint else []), f"Error: {error}"]


@pytest.mark.parametrize(
    ("name", "css_class"),
    [
        ("name", "govuk-input--error"),
        ("words", "govuk-textarea--error"),
        ("source", "govuk-select--error"),
        ("secret", "govuk-input--error"),
    ],
)
def test_the_box_in_error_is_red(name: str, css_class: str):
    assert len(group(Everything({}), name).select(f".{css_class}[aria-invalid=true]")) == 1


@pytest.mark.parametrize(
    ("typed", "red"),
    [
        ({"born_1": ""}, ["born_1"]),
        ({"born_0": "", "born_2": " "}, ["born_0", "born_2"]),
        ({"born_0": "", "born_1": "", "born_2": ""}, ["born_0", "born_1", "born_2"]),
        ({"born_0": "31", "born_1": "2"}, ["born_0", "born_1", "born_2"]),
    ],
)
def test_the_boxes_of_a_date_that_are_in_error_are_red(typed: dict[str, str], red: list[str]):
    form = Everything(filled(**typed))
    boxes = group(form, "born").select("input")
    assert [box["name"] for box in boxes if "govuk-input--error" in box["class"]] == red
    assert [box["name"] for box in boxes if box.has_attr("aria-invalid")] == red
    assert problems_of(form)[0].target == f"id_{red[0]}"
    # Nothing typed is lost.
    assert [box.get("value", "") for box in boxes] == [
        filled(**typed)[f"born_{place}"] for place in range(3)
    ]


def test_two_errors_of_one_field_are_both_said():
    form = Everything({})
    form.add_error("name", "Enter it as it is written")
    (message,) = group(form, "name").select(".govuk-error-message")
    assert list(message.stripped_strings) == [
        "Error:",
        "This field is required.",
        "Enter it as it is written",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_disabled_field_is_disabled(name: str):
    form = Everything()
    form.fields[name].disabled = True
    boxes = group(form, name).select("input, textarea, select")
    assert boxes
    assert all(box.has_attr("disabled") for box in boxes)


@pytest.mark.parametrize("name", NAMES)
def test_the_browser_is_not_asked_to_validate(name: str):
    assert not group(Everything(), name).select("[required], [placeholder]")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", ["", "s", "m", "l"])
@pytest.mark.parametrize("heading", [True, False])
def test_a_label_may_be_a_heading_and_has_a_size(name: str, size: str, heading: bool):
    found = group(Everything(), name, size=size, heading=heading)
    block = "govuk-fieldset__legend" if name in FIELDSETS else "govuk-label"
    label = found.select_one(f".{block}")
    assert label["class"] == [block, *([f"{block}--{size}"] if size else [])]
    wrappers = found.select("legend > h2.govuk-fieldset__heading, h2.govuk-label-wrapper > label")
    assert len(wrappers) == heading


def test_hostile_words_are_text_everywhere():
    form = Everything(filled(name=HOSTILE, words=HOSTILE, born_0=HOSTILE, source=HOSTILE))
    for name in NAMES:
        form.fields[name].label = f"{name} {HOSTILE}"
        form.fields[name].help_text = f"{name} hint {HOSTILE}"
    for name in NAMES:
        form.add_error(name, f"{name} error {HOSTILE}")
    for name in ("source", "sex", "people"):
        form.fields[name].choices = [(HOSTILE, f"choice {HOSTILE}")]
    page = rendered(
        form, Fieldset(*map(Field, NAMES), legend=f"legend {HOSTILE}"), Button(f"send {HOSTILE}")
    )
    assert page.select("script") == []
    words = page.get_text(" ", strip=True)
    for name in NAMES:
        for said in (f"{name} {HOSTILE}", f"{name} hint {HOSTILE}", f"{name} error {HOSTILE}"):
            assert said in words
    assert f"legend {HOSTILE}" in words
    assert f"send {HOSTILE}" in words
    assert page.select_one("#id_name")["value"] == HOSTILE
    assert page.select_one("#id_words").text.removeprefix("\n") == HOSTILE
    assert page.select_one("#id_born_0")["value"] == HOSTILE
    assert page.select_one("#id_sex_1")["value"] == HOSTILE


def test_fields_below_one_legend():
    page = rendered(Everything(), Fieldset(Field("name"), Field("born"), legend="The child"))
    (outer,) = page.find_all("fieldset", recursive=False)
    assert outer["class"] == ["govuk-fieldset"]
    legend = outer.find("legend", recursive=False)
    assert legend["class"] == ["govuk-fieldset__legend", "govuk-fieldset__legend--m"]
    assert legend.select_one("h2.govuk-fieldset__heading").text == "The child"
    assert [box["name"] for box in outer.select("input")] == ["name", "born_0", "born_1", "born_2"]


def test_a_whole_form_is_posted_with_its_token_and_one_button():
    helper = whole_form(Field("name"), button="Save")
    page = BeautifulSoup(
        render_crispy_form(Everything(), helper, {"csrf_token": "token"}), "html.parser"
    )
    (form,) = page.select("form")
    assert (form["method"], form.has_attr("novalidate")) == ("post", True)
    assert form.select_one("[name=csrfmiddlewaretoken]")["value"] == "token"
    (button,) = form.select("button")
    assert button.attrs == {
        "type": "submit",
        "class": ["govuk-button"],
        "data-module": "govuk-button",
    }
    assert button.text == "Save"


def test_fields_inside_the_pages_own_form_bring_no_form():
    assert rendered(Everything()).select("form, [name=csrfmiddlewaretoken]") == []


def test_a_widget_without_markup_is_refused():
    class Odd(forms.Form):
        file = forms.FileField()

    with pytest.raises(TypeError, match="templates/govuk has no markup for ClearableFileInput"):
        rendered(Odd(), Field("file"))


def test_a_field_that_the_form_does_not_have_is_refused():
    with pytest.raises(KeyError):
        rendered(Everything(), Field("nothing"))
