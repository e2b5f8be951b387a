"""A page as a browser would read it: its elements, ids and text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None = field(repr=False, default=None)
    parts: list[str | Element] = field(repr=False, default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def all(self, *tags: str) -> list[Element]:
        found = []
        for part in self.parts:
            if isinstance(part, Element):
                if not tags or part.tag in tags:
                    found.append(part)
                found += part.all(*tags)
        return found

    def within(self, tag: str) -> bool:
        return self.tag == tag or (self.parent is not None and self.parent.within(tag))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top = self.here = Element("", {})

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.parts.append(element)
        if tag not in VOID:
            self.here = element

    def handle_endtag(self, tag):
        assert tag in VOID or self.here.tag == tag, f"<{self.here.tag}> is closed by </{tag}>"
        if tag not in VOID:
            self.here = self.here.parent

    def handle_data(self, data):
        self.here.parts.append(data)


def read(response) -> Element:
    """The page of a response; elements that are not closed in their order fail."""
    reader = _Reader()
    reader.feed(response.content.decode())
    reader.close()
    assert reader.here is reader.top
    return reader.top


def words(text: str) -> str:
    return " ".join(text.split())


def problems(response) -> list[str]:
    """The lines of the error summary."""
    for element in read(response).all():
        if element.attributes.get("id") == "error-summary":
            return [words(item.text) for item in element.all("li")]
    return []


def heading(response) -> str:
    [only] = read(response).all("h1")
    return words(only.text)


def ticked(response) -> list[str]:
    return [
        box.attributes["value"]
        for box in read(response).all("input")
        if box.attributes.get("name") == "codes" and "checked" in box.attributes
    ]


def field_value(response, name: str) -> str:
    """The value of a box or an area, as the browser would show it."""
    for box in read(response).all("input", "textarea"):
        if box.attributes.get("name") == name:
            # A browser drops the newline that begins an area.
            return box.text.removeprefix("\n") if box.tag == "textarea" else box.attributes["value"]
    raise AssertionError(f"there is no field {name}")
