"""Sign-in by real requests to a socket that takes IPv4 and IPv6, from several addresses."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIServer

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "harbour lantern thistle"
PAGE = "/account/sign-in/"


class Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the application's own log has a line."""


class DualStackServer(ThreadedWSGIServer):
    """On every address of the machine, of both kinds: those of IPv4 come as ::ffff:a.b.c.d."""

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def process_request_thread(self, *args: object) -> None:
        try:
            super().process_request_thread(*args)
        finally:
            connections.close_all()


@pytest.fixture
def server(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    try:
        server: WSGIServer = DualStackServer(("::", 0), Handler, ipv6=True)
    except OSError:
        pytest.skip("this machine has no IPv6")
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def sign_in(port: int, source: str, password: str = PASSWORD) -> int:
    """Open the sign-in page from the address, send it; return the status."""

    def answer(method: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
        host = "::1" if ":" in source else "127.0.0.1"
        connection = http.client.HTTPConnection(host, port, 30, source_address=(source, 0))
        connection.request(method, PAGE, body, {"Host": "127.0.0.1", **headers})
        response = connection.getresponse()
        response.text = response.read().decode()
        connection.close()
        return response

    page = answer("GET")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    cookies = SimpleCookie(page.headers["Set-Cookie"])
    fields = {"csrfmiddlewaretoken": token, "login": "ada", "password": password}
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://127.0.0.1"}
    cookie = "; ".join(f"{name}={each.value}" for name, each in cookies.items())
    return answer("POST", urlencode(fields), Cookie=cookie, **form).status


def test_wrong_passwords_from_elsewhere_keep_nobody_out(ada, server):
    with ThreadPoolExecutor(6) as pool:
        wrong = [pool.submit(sign_in, server, "127.0.0.2", f"wrong {n}") for n in range(12)]
        right = [pool.submit(sign_in, server, f"127.0.0.{n}") for n in range(3, 7)]
        assert [each.result() for each in right] == [302] * 4
        assert {each.result() for each in wrong} <= {200, 429}
    assert sign_in(server, "127.0.0.2") == 429
    assert sign_in(server, "127.0.0.7") == 302
    assert sign_in(server, "::1") == 302


def test_an_address_of_ipv6_is_counted_too(ada, server):
    for n in range(5):
        assert sign_in(server, "::1", f"wrong {n}") == 200
    assert sign_in(server, "::1") == 429
    assert sign_in(server, "127.0.0.2") == 302
