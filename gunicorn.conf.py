"""How gunicorn serves, by `make run` and in the container alike."""

import os
import signal

_host = os.environ.get("HOST", "127.0.0.1")
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
# The application is loaded once and its pages in memory are shared.
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 5
control_socket_disable = True
# Which proxies are believed is said once, by TRUSTED_PROXIES.
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
    """Leave Ctrl-C, which reaches every process of the terminal, to the one that stops them all.

    A worker that hears it twice may not get to its end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
