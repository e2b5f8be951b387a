"""The hidden fields of every form that writes: an idempotency key, and the version shown."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict

from assessments.models import Assessment, Child, Episode


class IdempotencyKeyForm(forms.Form):
    """What every form that writes carries: the idempotency key of its submission."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A page may have several, whose fields would share their ids.
        super().__init__(*args, **{"auto_id": False, **kwargs})


class KeyAndVersionForm(IdempotencyKeyForm):
    """What a form on an assessment or on facts carries besides: the version that is shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


def key_of(request: HttpRequest) -> UUID:
    """Return the posted idempotency key; raises BadRequest without one, which no page sends."""
    form = IdempotencyKeyForm(request.POST)
    if not form.is_valid():
        raise BadRequest("key")
    key: UUID = form.cleaned_data["key"]
    return key


def key_and_version_of(data: QueryDict) -> tuple[UUID, int]:
    """Return the posted idempotency key and version; raises BadRequest without them."""
    form = KeyAndVersionForm(data)
    if not form.is_valid():
        raise BadRequest("key or version")
    return form.cleaned_data["key"], form.cleaned_data["version"]


def version_of(shown: Assessment | Child | Episode, data: QueryDict | None) -> int:
    """Return the version for the page to carry: for posted data that is unsaved, its own.

    Otherwise a refused form would come back as if its writer had seen what others saved since.
    """
    if data is None:
        return shown.version
    form = KeyAndVersionForm(data)
    return form.cleaned_data["version"] if form.is_valid() else shown.version
