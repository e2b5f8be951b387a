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
    # Beautiful Soup would close and move what is nested wrongly.
    assert _is_nested(html)
    return BeautifulSoup(html, "html.parser")


def _is_nested(html: str) -> bool:
    """Whether each element that has an end is closed, in the order in which they were opened."""
    opened: list[str] = []
    for closing, name, closed in TAG.findall(html):
        name = name.lower()
        if name in HTMLTreeBuilder.DEFAULT_EMPTY_ELEMENT_TAGS:
            continue
        if not closing:
            opened.append(name)
        if closing or closed:  # the latter a shape of an SVG
            if opened[-1:] != [name]:
                return False
            opened.pop()
    return not opened


def words(text: str) -> str:
    return " ".join(text.split())


def problems(response) -> list[str]:
    """The lines of the error summary."""
    summary = read(response).find(id="error-summary")
    return [words(item.text) for item in summary.find_all("li")] if summary else []


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
