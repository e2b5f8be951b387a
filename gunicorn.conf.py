"""Configuration of gunicorn, in `make run` and in the container alike."""

import os
import signal
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cinfactors.task_worker import TaskWorker
from cinfactors.web.loopback import is_loopback

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")


def refuse(why: str) -> None:
    sys.exit(f"cinfactors cannot start: {why}")


try:
    _https = settings.HTTPS
except ImproperlyConfigured as error:
    refuse(str(error))
_database = os.environ["DATABASE_URL"]
if os.environ.get("MIGRATION_DATABASE_URL", _database) != _database:
    refuse(
        "MIGRATION_DATABASE_URL is set. The web server must not know the password of the role "
        "that owns the tables: set it for `manage.py migrate` alone."
    )
if not Path(settings.STATIC_ROOT, "staticfiles.json").exists():
    refuse("the styles and scripts of its pages are not built. Run `make build`.")

_host = settings.HOST.strip("[]")
bind = f"{f'[{_host}]' if ':' in _host else _host}:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
worker_class = "gthread"
threads = 4
# The application is loaded once, before the fork, and the workers share its memory.
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 5
control_socket_disable = True
# Trusted proxies are set in one place, by TRUSTED_PROXIES.
forwarded_allow_ips = ""
accesslog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "cinfactors.web.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "gunicorn.error": {"handlers": ["stderr"], "level": settings.LOG_LEVEL, "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}


_task_worker = TaskWorker()


def when_ready(server) -> None:
    """Refuse plain HTTP where other machines can connect, whatever names the address.

    Then start what does long work.
    """
    bound = [listener.sock.getsockname() for listener in server.LISTENERS]
    for address in bound or server.cfg.address:
        # A socket of the file system has a path, and is on this machine.
        if not _https and isinstance(address, tuple) and not is_loopback(address[0]):
            refuse(
                f"HTTPS is off, and {address[0]} is open to other machines. Children's records "
                "leave a machine encrypted or not at all: set HTTPS=on, or listen at 127.0.0.1."
            )
    if settings.RUN_TASKS:
        _task_worker.start()


def on_exit(server) -> None:
    _task_worker.stop()


def post_worker_init(worker) -> None:
    """Ignore SIGINT in workers: Ctrl-C reaches every process, and the arbiter stops them all.

    A worker that receives it twice may not finish.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
