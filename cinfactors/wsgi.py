"""The WSGI application that gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

from cinfactors.web.request_bodies import require_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")


def warm_up() -> None:
    """Load the URLconf and do what WARM_UP names: once, before processes fork.

    The first request of each process would wait for it otherwise.
    """
    _ = get_resolver().url_patterns
    for name in settings.WARM_UP:
        import_string(name)()


application = require_utf8(get_wsgi_application())
warm_up()
