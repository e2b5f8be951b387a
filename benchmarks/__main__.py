"""`python -m benchmarks`: run every measurement; exit with 1 if a goal is missed."""

from __future__ import annotations

import argparse
import os
import secrets
import sys

from cinfactors.dev import embedded_postgres, local

SMALL, LARGE = 100, 1_000_000
RUNS, WARM_UP = 200, 20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--assessments", type=int, default=LARGE, help="in the large database")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each subject")
    chosen = parser.parse_args()
    with embedded_postgres.running(local.VAR / "bench-postgres") as server:
        _set_up_django(server)
        from benchmarks import run
        from benchmarks.report import table

        rows = run.all_rows(server, SMALL, chosen.assessments, runs=chosen.runs, warm_up=WARM_UP)
    print(f"\nMedians of {chosen.runs} runs in turn, after {WARM_UP} to warm up.\n")
    print(table(rows))
    print(f"\n{run.NOTES}")
    print("\nWhat the search did not find first:\n")
    print("\n".join(run.phrases_that_failed()))
    if not all(row.met for row in rows):
        sys.exit(1)


def _set_up_django(server: embedded_postgres.Server) -> None:
    """Set up Django with the product's own settings and only what an installation sets."""
    for name in ("DEBUG", "SECRET_KEY_FALLBACKS", "TRUSTED_PROXIES"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "cinfactors.settings",
        "DATABASE_URL": server.url(embedded_postgres.APP_ROLE),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "HTTPS": "off",
        "LOG_LEVEL": "WARNING",
        # Nobody here has a device.
        "SECOND_FACTOR_REQUIRED": "off",
        # One person requests the page far more often than any real work would.
        "READINGS_PER_HOUR": "1000000",
    }
    import django

    django.setup()


if __name__ == "__main__":
    main()
