"""The search form of the list of assessments."""

from __future__ import annotations

from django import forms


class SearchForm(forms.Form):
    """The search; posted, since a child's id or name has no place in an address."""

    words = forms.CharField(required=False, max_length=100)
