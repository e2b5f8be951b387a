"""Settings: one file, filled from environment variables. README.md has the table of them.

Production is the default. It refuses to start until what it needs is set, and says how.
"""

import os
import re
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from cinfactors.environment import choice, names, number, required, switch, words
from cinfactors.web import headers
from cinfactors.web.loopback import LOOPBACK_NAMES, is_loopback

BASE_DIR = Path(__file__).resolve().parent.parent


# Secrets and host names

DEBUG = switch("DEBUG", "off")
SECRET_KEY = required(
    "SECRET_KEY",
    "Set it to a long random text that only this installation knows; make one with: "
    'python -c "import secrets; print(secrets.token_urlsafe(50))"',
)
SECRET_KEY_FALLBACKS = names(os.environ.get("SECRET_KEY_FALLBACKS", ""))
ALLOWED_HOSTS = names(
    required(
        "ALLOWED_HOSTS",
        "Set it to the host names that people use to reach this installation, with commas "
        "between them; for example: ALLOWED_HOSTS=factors.exampleshire.gov.uk",
    )
)
HTTPS = switch("HTTPS", "on")
if not HTTPS and (others := sorted(name for name in ALLOWED_HOSTS if not is_loopback(name))):
    raise ImproperlyConfigured(
        f"HTTPS is off, and ALLOWED_HOSTS names {', '.join(others)}. Children's records leave a "
        f"machine encrypted or not at all: set HTTPS=on, or allow only {', '.join(LOOPBACK_NAMES)}."
    )
TRUSTED_PROXIES = number("TRUSTED_PROXIES", "0", least=0, most=20)

# The server: gunicorn.conf.py takes these from here, and looks at the address that is bound.

HOST = os.environ.get("HOST", "").strip() or "127.0.0.1"
if not HTTPS and not is_loopback(HOST):
    raise ImproperlyConfigured(
        f"HTTPS is off, and HOST is {HOST}, where other machines can connect. Children's records "
        f"leave a machine encrypted or not at all: set HTTPS=on, or HOST=127.0.0.1."
    )
PORT = number("PORT", "8000", least=1, most=65535)
WEB_CONCURRENCY = number("WEB_CONCURRENCY", "2", least=1, most=100)
LOG_LEVEL = choice("LOG_LEVEL", "INFO", "INFO", "WARNING", "ERROR")

# The authority

AUTHORITY_NAME = os.environ.get("AUTHORITY_NAME", "").strip() or "Children’s services"
AUTHORITY_COLOUR = os.environ.get("AUTHORITY_COLOUR", "").strip() or "#1d70b8"
if not re.fullmatch(r"#[0-9a-fA-F]{6}", AUTHORITY_COLOUR):
    raise ImproperlyConfigured(
        f"AUTHORITY_COLOUR is {AUTHORITY_COLOUR!r}. Set it to # and six hexadecimal digits, "
        "for example #1d70b8."
    )

LEA = os.environ.get("LEA", "").strip()
if LEA and not re.fullmatch(r"[0-9]{3}", LEA):
    raise ImproperlyConfigured(
        f"LEA is {LEA!r}. Set it to the three digits by which the Department for Education knows "
        "the authority, for example 330."
    )

# Apps, middleware and templates

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "cinfactors.dev",  # its `runserver`, which leaves static files to WhiteNoise
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",  # the templates of its widgets
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "crispy_forms",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "cinfactors.accounts",
    "cinfactors.administration",
    "assessments",
    "cinfactors.audit",
]

MIDDLEWARE = [
    # First, so that the response of every middleware below has the headers too.
    "cinfactors.web.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "cinfactors.web.logs.RequestLogMiddleware",
    "cinfactors.web.request_bodies.DrainRequestBodyMiddleware",
    "cinfactors.web.fetch_metadata.FetchMetadataMiddleware",
    # Before the host check and the redirect to HTTPS, which a load balancer's probe would fail.
    "cinfactors.web.health.HealthMiddleware",
    "cinfactors.web.addresses.ClientAddressMiddleware",
    # Above everything that writes a page. Its random padding hides the page's length (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # Before the person is loaded, so that an expired session has none.
    "cinfactors.accounts.middleware.SessionLimitsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cinfactors.audit.middleware.AuditMiddleware",
    "cinfactors.accounts.middleware.SignedInMiddleware",
    "cinfactors.web.rate_limits.RateLimitMiddleware",
    "cinfactors.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "cinfactors.urls"
WSGI_APPLICATION = "cinfactors.wsgi.application"
# Called at start-up, before the first request: renders the shared templates of the factor page.
WARM_UP = [
    "assessments.pages.factors.parts.warm_cache",
    "assessments.components.find.warm_up",
    "assessments.queries.census_of_record.load_census_rules",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # As Django's own, but for the indentation of our templates.
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "cinfactors.web.unindented_templates.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cinfactors.context_processors.site_context",
            ],
        },
    },
]
# Widgets too are rendered from our templates.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["govuk"]
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_FAIL_SILENTLY = False

# The database. Time limits belong to its roles, since a session's own settings leak behind a
# pooler; see docs/decisions.

DATABASES = {
    "default": dj_database_url.parse(
        required(
            "DATABASE_URL",
            "Set it to the address of a PostgreSQL database and the role that the application "
            "uses there: postgresql://ROLE:PASSWORD@HOST:5432/DATABASE. Without it, `make run` "
            "brings a database of its own.",
        )
    )
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL names another database than PostgreSQL.")
DATABASES["default"]["ATOMIC_REQUESTS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": number("DATABASE_POOL", "8", least=1, most=1000),
    # How long a request waits for a connection, so that a restart of the database is waited out.
    "timeout": 15,
}

CACHES = {
    "default": {
        # Shared by all processes on all machines: the throttling of sign-in counts here.
        "BACKEND": "cinfactors.web.json_cache.JsonTableCache",
        "LOCATION": "cache",
    }
}

# Language and time

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
# The admin takes its date format from the language, not from DATE_FORMAT.
FORMAT_MODULE_PATH = "cinfactors.formats"

# Static files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
ASSETS = BASE_DIR / "var" / "assets"
"""The design system's files, built by `make run` and in the container's image."""
STATICFILES_DIRS = [folder for folder in (BASE_DIR / "static", ASSETS) if folder.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# People

AUTH_USER_MODEL = "accounts.User"
# allauth's backend is Django's with sign-in by user name; both would hash each password twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "cinfactors.accounts.sign_in.passwords.StretchedPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "cinfactors.accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Counted before any password is hashed. A whole office may share one address, so the limit of
# an address is wide and that of a name tried from it narrow, and checked first: what it stops
# does not count against the office. allauth clears the first when a second factor is shown, and
# so it must not have the address's; see `AccountAdapter.pre_authenticate`.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "5/5m/key",
    "login_failed_at_address": "50/m/ip",
}

# The second factor. A passkey is one here, and no way in by itself.

SECOND_FACTOR_REQUIRED = switch("SECOND_FACTOR_REQUIRED", "on")
SECOND_FACTOR_FOR_EVERYBODY = switch("SECOND_FACTOR_FOR_EVERYBODY", "off")
MFA_ADAPTER = "cinfactors.accounts.second_factor.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # there are no e-mail addresses to verify

# Single sign-on, where an issuer is named.

OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "").strip()
OIDC_SCHEMES = {"https"} if HTTPS else {"https", "http"}
OIDC_NAME = os.environ.get("OIDC_NAME", "").strip() or "your work account"
OIDC_USERNAME_CLAIM = os.environ.get("OIDC_USERNAME_CLAIM", "").strip() or "preferred_username"
OIDC_BRINGS_SECOND_FACTOR = os.environ.get("OIDC_BRINGS_SECOND_FACTOR", "").strip() or "on"
"""on, off, or a claim and the value that it must have; see `second_factor_claim`."""
_claim, _, _value = OIDC_BRINGS_SECOND_FACTOR.partition(":")
_is_claim = _claim and _value and len(OIDC_BRINGS_SECOND_FACTOR.split()) == 1
if OIDC_BRINGS_SECOND_FACTOR not in {"on", "off"} and not _is_claim:
    raise ImproperlyConfigured(
        f"OIDC_BRINGS_SECOND_FACTOR is {OIDC_BRINGS_SECOND_FACTOR!r}. Set it to on, to off, or to "
        "a claim of the ID token and the value that says so, for example amr:mfa."
    )
SOCIALACCOUNT_ADAPTER = "cinfactors.accounts.single_sign_on.provider.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {}
if OIDC_ISSUER:
    if OIDC_ISSUER.partition("://")[0] not in OIDC_SCHEMES:
        raise ImproperlyConfigured(
            f"OIDC_ISSUER is {OIDC_ISSUER!r}. Set it to the https address that the provider gives "
            "as its issuer, letter by letter."
        )
    SOCIALACCOUNT_PROVIDERS["oidc"] = {
        "APPS": [
            {
                # People are identified by this and the subject: another issuer is another provider.
                "provider_id": OIDC_ISSUER,
                "name": OIDC_NAME,
                "client_id": required("OIDC_CLIENT_ID", "The OpenID provider has it."),
                "secret": required("OIDC_CLIENT_SECRET", "The OpenID provider has it."),
            }
        ],
    }

# Sessions, cookies and headers

SESSION_ENGINE = "cinfactors.accounts.sessions"
SESSION_COOKIE_AGE = 30 * 60  # without use; `sessions` has the longest that any may last
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# A __Host- cookie is refused by the browser unless it is Secure and this host's alone.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cinfactors.accounts.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if TRUSTED_PROXIES:
    # The proxy must set this header itself and drop a visitor's own.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = headers.ALWAYS["Referrer-Policy"]
SECURE_CROSS_ORIGIN_OPENER_POLICY = headers.ALWAYS["Cross-Origin-Opener-Policy"]
X_FRAME_OPTIONS = headers.ALWAYS["X-Frame-Options"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# The largest honest post is a page of 42 codes and a few thousand characters.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
# A file does not count towards the size above: none is taken but by a page that says how.
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["cinfactors.web.request_bodies.RefuseFiles"]

# Long work, such as census files, is done by a process of its own. The web server starts one.

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
RUN_TASKS = switch("RUN_TASKS", "on")

# Children outside their own caseload whom one person may be shown in an hour, each counted once.
READINGS_PER_HOUR = number("READINGS_PER_HOUR", "600", least=1, most=1_000_000)

# What makes a submission one that a manager authorises by itself, not together with others.
AUTHORISE_ALONE = words(
    "AUTHORISE_ALONE",
    "explained,returned,corrected,reopened",
    *("explained", "considered", "described", "returned", "corrected", "reopened", "every"),
)

# Logs: one JSON object in each line on standard error, without personal data.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "cinfactors.web.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # In place of Django's own handlers, which write to the console only with DEBUG on.
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django_tasks": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django_tasks_db": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "cinfactors": {
            "handlers": ["stderr"],
            "level": LOG_LEVEL,
            "propagate": False,
        },
    },
}
