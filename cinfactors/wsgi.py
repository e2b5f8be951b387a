"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cinfactors.bodies import utf8_alone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")


def make_ready() -> None:
    """Make what the first request would wait for, once for all processes that are forked."""
    from assessments import factor_page

    _ = get_resolver().url_patterns
    factor_page.draw_ahead()


application = utf8_alone(get_wsgi_application())
make_ready()
