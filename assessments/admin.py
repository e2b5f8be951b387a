"""Found by Django's autodiscovery. The managers' pages themselves are in `assessments.review`."""

from assessments import review  # noqa: F401  registers them
