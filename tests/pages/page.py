"""Reading a page in a test, with Beautiful Soup."""

from __future__ import annotations

import re
from functools import lru_cache

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder

TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)[^>]*?(/?)>", re.IGNORECASE)


def read(response) -> BeautifulSoup:
    """The page of a response; elements that are not closed in their order fail.

    It is the same for every call, and stays as it is.
    """
    return _page(response.content.decode())


@lru_cache(maxsize=4)
def _page(html: str) -> BeautifulSoup:
    page = BeautifulSoup(html, "html.parser")
    # Beautiful Soup closes and moves what is nested wrongly, and so would write other tags.
    assert _tags(html) == _tags(page.decode())
    return page


def _tags(html: str) -> list[str]:
    """Where each element begins and ends, but for those that have no end."""
    tags = []
    for closing, name, closed in TAG.findall(html):
        if name.lower() not in HTMLTreeBuilder.DEFAULT_EMPTY_ELEMENT_TAGS:
            tags.append(f"{closing}{name.lower()}")
            if closed:  # a shape of an SVG
                tags.append(f"/{name.lower()}")
    return tags


def words(text: str) -> str:
    return " ".join(text.split())


def problems(response) -> list[str]:
    """The lines of the error summary."""
    return [words(item.text) for item in read(response).select("#error-summary li")]


def heading(response) -> str:
    [only] = read(response).find_all("h1")
    return words(only.text)


def ticked(response) -> list[str]:
    """The codes of the ticked boxes."""
    return [box["value"] for box in read(response).select("input[name=codes][checked]")]


def field_value(response, name: str) -> str:
    """The value of an input or a textarea, as the browser would show it."""
    field = read(response).find(["input", "textarea"], attrs={"name": name})
    assert field is not None, f"there is no field {name}"
    # A browser drops the newline that begins a textarea.
    return field.text.removeprefix("\n") if field.name == "textarea" else field["value"]
