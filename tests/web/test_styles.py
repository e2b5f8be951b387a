"""Classes of the design system that the product uses are there in the version that it has."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

SOURCES = [
    *(settings.BASE_DIR / "templates").rglob("*.html"),
    *(settings.BASE_DIR / "assessments").rglob("*.py"),
    *(settings.BASE_DIR / "cinfactors").rglob("*.py"),
    *(settings.BASE_DIR / "frontend").rglob("*.js"),
    *(settings.BASE_DIR / "frontend").rglob("*.css"),
]
# Whole ones: not those that are put together from a part, as "govuk-label--{{ size }}" is.
CLASS = re.compile(r"(?<![\w/@-])govuk-(?!frontend\b)[\w!-]+\w(?![\w-]|--?[{%])")


def classes(source: Path) -> set[str]:
    return set(CLASS.findall(source.read_text()))


def test_every_class_of_the_design_system_is_one_that_it_has():
    dist = settings.BASE_DIR / "node_modules" / "govuk-frontend" / "dist" / "govuk"
    styles = (settings.BASE_DIR / "var" / "assets" / "pages.css").read_text().replace("\\!", "!")
    # Some have no style: they are in its own markup or for its scripts.
    markup = "".join(path.read_text() for path in dist.rglob("*.njk"))
    unknown = {
        f"{name} in {source.relative_to(settings.BASE_DIR)}"
        for source in SOURCES
        for name in classes(source)
        if not re.search(rf"\.{re.escape(name)}(?![\w-])", styles)
        and not re.search(rf"{re.escape(name)}(?![\w-])", markup)
    }
    assert unknown == set()
