"""The migration that records the sex of unborn children as not known."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from assessments.models import Child
from tests import people as make
from tests.database.raw import run

migration = import_module("assessments.migrations.0013_facts_that_agree")


@pytest.mark.django_db(transaction=True)
def test_the_sex_of_unborn_children_is_not_known_afterwards(transactional_db, as_owner, capsys):
    people = make.make_people()
    for la_child_id in ("EX1", "EX2", "EX3"):
        make.start_unborn(people.ada, la_child_id)
    make.start(people.ada, "EX4")
    with as_owner(), transaction.atomic():
        run("ALTER TABLE assessments_child DROP CONSTRAINT an_unborn_childs_sex_is_not_known")
        run("UPDATE assessments_child SET sex = 'F' WHERE la_child_id IN ('EX1', 'EX2')")

        migration.forget_the_sex_of_the_unborn(None, SimpleNamespace(connection=connection))

        sexes = dict(Child.objects.values_list("la_child_id", "sex"))
        assert sexes == {"EX1": "U", "EX2": "U", "EX3": "U", "EX4": "F"}
        assert capsys.readouterr().out == "Unborn children whose sex is Not known now: 2\n"

        migration.forget_the_sex_of_the_unborn(None, SimpleNamespace(connection=connection))
        assert capsys.readouterr().out == ""
        transaction.set_rollback(True)
