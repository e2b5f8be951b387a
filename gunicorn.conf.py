"""Configuration of gunicorn, in `make run` and in the container alike."""

import os
import signal

_host = os.environ.get("HOST", "127.0.0.1")
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
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
_level = os.environ.get("LOG_LEVEL", "INFO").upper()
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "cinfactors.web.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "gunicorn.error": {"handlers": ["stderr"], "level": _level, "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}


def post_worker_init(worker) -> None:
    """Ignore SIGINT in workers: Ctrl-C reaches every process, and the arbiter stops them all.

    A worker that receives it twice may not finish.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
