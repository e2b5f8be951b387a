"""The hidden fields of every form that writes: an idempotency key, and the record's version."""

from __future__ import annotations

import uuid
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.components.forms import HiddenInput
from assessments.models import (
    Assessment,
)


class IdempotencyKeyForm(forms.Form):
    """What every button carries: the key of its press."""

    key = forms.UUIDField(widget=HiddenInput, initial=uuid.uuid4)


class KeyAndVersionForm(IdempotencyKeyForm):
    """What every button on an assessment carries besides: the version that the page shows."""

    version = forms.IntegerField(widget=HiddenInput, min_value=1, max_value=2**31 - 1)


def key_and_version_fields(version: int) -> SafeString:
    """Render the hidden fields of a `KeyAndVersionForm`, with a new key, without the form."""
    key = HiddenInput().render("key", str(uuid.uuid4()))
    return format_html("{}{}", key, HiddenInput().render("version", version))


def key_of(request: HttpRequest) -> UUID:
    """The key of the press; BadRequest for a post without one, which no page of ours makes."""
    form = IdempotencyKeyForm(request.POST)
    if not form.is_valid():
        raise BadRequest("key")
    return form.cleaned_data["key"]


def key_and_version_of(request: HttpRequest) -> tuple[UUID, int]:
    """The key of the press and the version of the page; BadRequest for a post without them."""
    form = KeyAndVersionForm(request.POST)
    if not form.is_valid():
        raise BadRequest("key or version")
    return form.cleaned_data["key"], form.cleaned_data["version"]


def version_of(assessment: Assessment, typed: QueryDict | None) -> int:
    """The version that the page shows; for what comes back unsaved, the one it was typed on.

    Else what was refused would come back as if its writer had seen what others saved meanwhile.
    """
    if typed is None:
        return assessment.version
    form = KeyAndVersionForm(typed)
    return form.cleaned_data["version"] if form.is_valid() else assessment.version
