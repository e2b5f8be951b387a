"""The product's settings, on a throwaway PostgreSQL server of the tests' own.

The server runs for as long as any test process does. Each run has its own database in it, so
that several may run at once. The owner's role makes the tables; tests run as the application's
role, so that a missing grant is found (see `conftest.py`).
"""

import atexit
import os
from contextlib import ExitStack

from cinfactors.dev import embedded_postgres, local

_server = ExitStack()
atexit.register(_server.close)
server = _server.enter_context(
    embedded_postgres.running(local.VAR / "test-postgres", throwaway=True)
)

os.environ |= {
    "DATABASE_URL": server.url(embedded_postgres.OWNER_ROLE),
    "SECRET_KEY": "only-for-tests",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "HTTPS": "off",
    "SECOND_FACTOR_REQUIRED": "off",
    "AUTHORITY_NAME": "Exampleshire County Council",
    "LEA": "330",
}
for name in (
    "DEBUG",
    "HOST",
    "PORT",
    "SECRET_KEY_FALLBACKS",
    "TRUSTED_PROXIES",
    "AUTHORITY_COLOUR",
    "OIDC_ISSUER",
    "OIDC_NAME",
    "OIDC_USERNAME_CLAIM",
    "OIDC_BRINGS_SECOND_FACTOR",
):
    os.environ.pop(name, None)
# pytest-xdist's processes inherit the name that the first one chose.
RUN = os.environ.setdefault("TEST_RUN", str(os.getpid()))

# The settings take in the folder of built files only where it is; it is filled before any test.
(local.VAR / "assets").mkdir(parents=True, exist_ok=True)

from cinfactors.settings import *  # noqa: E402, F403
from cinfactors.settings import DATABASES  # noqa: E402

DATABASES["default"]["TEST"] = {"NAME": f"test_{RUN}"}
# A pool would keep connections of the other role. Connections stay open between requests, as
# with the pool.
del DATABASES["default"]["OPTIONS"]["pool"]
DATABASES["default"]["CONN_MAX_AGE"] = None

APP_ROLE = {
    "USER": embedded_postgres.APP_ROLE,
    "PASSWORD": server.passwords[embedded_postgres.APP_ROLE],
}
OWNER_ROLE = {
    "USER": embedded_postgres.OWNER_ROLE,
    "PASSWORD": server.passwords[embedded_postgres.OWNER_ROLE],
}
# Deletes what a test has committed: no other role may delete from the history.
CLEANING_ROLE = {
    "USER": embedded_postgres.SUPERUSER,
    "PASSWORD": server.passwords[embedded_postgres.SUPERUSER],
}

# Files are found by their own names: nothing has to be collected before a test.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# A fast hash: how passwords are hashed is tested on its own.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
