"""A downloaded list is a reading of every child in it, and counts towards no limit of an hour.

It is what the role is for, and the log of readings names each as unusual.
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

before = import_module("cinfactors.audit.migrations.0003_every_child_of_a_page")

COUNTED = "page <> 'reading'"
COUNTED_NOW = "page NOT IN ('reading', 'download')"


def statement(counted: str) -> str:
    found: str = before.RECORD_PAGE
    return found.replace("CREATE FUNCTION", before.OR_REPLACE).replace(COUNTED, counted)


class Migration(migrations.Migration):
    dependencies = [("history", "0003_every_child_of_a_page")]

    operations = [migrations.RunSQL(statement(COUNTED_NOW), statement(COUNTED))]
