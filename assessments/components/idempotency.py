"""The hidden fields of every form that writes: an idempotency key, and the assessment's version."""

from __future__ import annotations

import uuid
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.components.forms import HiddenInput
from assessments.models import Assessment


class IdempotencyKeyForm(forms.Form):
    """What every form that writes carries: the idempotency key of its submission."""

    key = forms.UUIDField(widget=HiddenInput, initial=uuid.uuid4)


class KeyAndVersionForm(IdempotencyKeyForm):
    """What every form on an assessment carries besides: the version that the page shows."""

    version = forms.IntegerField(widget=HiddenInput, min_value=1, max_value=2**31 - 1)


def key_and_version_fields(version: int) -> SafeString:
    """Render the hidden fields of a `KeyAndVersionForm`, with a new key, without the form."""
    key = HiddenInput().render("key", str(uuid.uuid4()))
    return format_html("{}{}", key, HiddenInput().render("version", version))


def key_of(request: HttpRequest) -> UUID:
    """Return the posted idempotency key; raises BadRequest without one, which no page sends."""
    form = IdempotencyKeyForm(request.POST)
    if not form.is_valid():
        raise BadRequest("key")
    key: UUID = form.cleaned_data["key"]
    return key


def key_and_version_of(request: HttpRequest) -> tuple[UUID, int]:
    """Return the posted idempotency key and version; raises BadRequest without them."""
    form = KeyAndVersionForm(request.POST)
    if not form.is_valid():
        raise BadRequest("key or version")
    return form.cleaned_data["key"], form.cleaned_data["version"]


def version_of(assessment: Assessment, data: QueryDict | None) -> int:
    """Return the version for the page to carry: for posted data that is unsaved, its own.

    Otherwise a refused form would come back as if its writer had seen what others saved since.
    """
    if data is None:
        return assessment.version
    form = KeyAndVersionForm(data)
    return form.cleaned_data["version"] if form.is_valid() else assessment.version
