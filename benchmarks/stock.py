"""The factor page with Django’s own checkboxes, as other forms show them: a field for each factor.

The same codes, labels, hints and ticks, and the guidance rendered beforehand, so that the
comparison is of rendering the checkboxes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.catalogue.types import Block, Edition
from assessments.components.forms import Form
from assessments.components.picker.layout import FactorGroup, domain_groups
from assessments.components.picker.state import PickerState
from cinfactors.web.form_layout import Field, Fieldset


class RenderedHtml(LayoutObject):
    """Markup that is rendered already."""

    fields: list[str] = []

    def __init__(self, text: SafeString) -> None:
        self.text = text

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        return self.text


class StockForm(Form):
    """The picker's choices in Django's own field and widget."""

    def __init__(self, *, picker: PickerState) -> None:
        self.picker = picker
        super().__init__(initial={name: list(picker.ticked) for name, _ in _fields(picker)})
        for name, factor in _fields(picker):
            self.fields[name] = forms.MultipleChoiceField(
                label=factor.name,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[_choice(box) for box in factor.boxes],
            )

    def layout_fields(self) -> Iterable[Any]:
        names = iter(_fields(self.picker))
        for domain in domain_groups(self.picker.edition, self.picker.density):
            parts: list[Any] = []
            for factor in domain.factors:
                name, _ = next(names)
                parts += [
                    RenderedHtml(_guidance(factor.guidance)),
                    Field(name, size="s", heading=True, small=True),
                ]
            yield Fieldset(*parts, legend=domain.name, size="l")

    def render_picker(self) -> SafeString:
        return render_crispy_form(self)


def _fields(picker: PickerState) -> list[tuple[str, FactorGroup]]:
    return list(_named(picker.edition, picker.density))


@lru_cache(maxsize=4)
def _named(edition: Edition, density: str) -> tuple[tuple[str, FactorGroup], ...]:
    return tuple(
        (f"{domain.id}_{place}", factor)
        for domain in domain_groups(edition, density)
        for place, factor in enumerate(domain.factors)
    )


def _choice(box: Any) -> tuple[str, str]:
    label = f"{box.label}, {box.hidden_label} ({box.code})"
    hint = '{}<span class="govuk-hint govuk-checkboxes__hint">{}</span>'
    return box.code, format_html(hint, label, box.hint) if box.hint else label


@lru_cache(maxsize=256)
def _guidance(blocks: tuple[Block, ...]) -> SafeString:
    return get_template("components/guidance_blocks.html").render({"blocks": blocks})
