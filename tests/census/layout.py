"""Whether a return is of the layout, by two libraries, where the schema is at hand."""

from __future__ import annotations

import pytest
import xmlschema
from lxml import etree

from tests.programs import ROOT

SHARED = ROOT.parent / "shared" / "census"
SCHEMA, EXAMPLE = SHARED / "cin-2024-25-onwards.xsd", SHARED / "example-2025-26.xml"
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason="the schema is not here")

if SCHEMA.exists():
    LXML_SCHEMA = etree.XMLSchema(etree.parse(str(SCHEMA)))
    XMLSCHEMA = xmlschema.XMLSchema(str(SCHEMA))


def assert_of_the_layout(content: bytes) -> None:
    LXML_SCHEMA.assertValid(etree.fromstring(content))
    XMLSCHEMA.validate(content.decode())
