"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from cinfactors.bodies import utf8_alone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")

application = utf8_alone(get_wsgi_application())
