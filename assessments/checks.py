"""Says at start-up what is wrong with the catalogue: assessments.E001 and on.

Imported by the app's configuration, which is what registers it. E001 is an edition that cannot
be read; E002 to E020 are the faults of `catalogue.consistency`; E021 is a rule whose fields do
not fit its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from assessments import rules
from assessments.catalogue import consistency, loader
from assessments.catalogue.errors import CatalogueError


@register("catalogue")
def catalogue_is_consistent(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Every fault of every edition, the earliest edition first."""
    try:
        editions = loader.editions()
    except CatalogueError as error:
        return [_error("E001", str(error))]
    found: list[CheckMessage] = []
    for edition in editions.values():
        for fault in consistency.faults(edition, rules.KINDS):
            found.append(_error(fault.id, fault.message))
        for rule in edition.rules:
            # An unknown kind is E010 already.
            for misfit in rules.misfits(rule) if rule.kind in rules.KINDS else ():
                found.append(_error("E021", f"{edition.id}: rule {rule.id}: {misfit}"))
    for fault in consistency.faults_between(editions.values()):
        found.append(_error(fault.id, fault.message))
    return found


def _error(id: str, message: str) -> Error:
    return Error(
        message, hint="The catalogue's README says how an edition is made.", id=f"assessments.{id}"
    )
