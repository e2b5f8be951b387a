"""The address that a request comes from: behind proxies, and behind a dual-stack socket.

Everything that counts, logs or records an address takes it from `client_address`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from cinfactors.web.headers import DENY_ALL_POLICY

logger = logging.getLogger(__name__)

TRANSLATED = IPv6Network("64:ff9b::/96")
"""RFC 6052: what a translator before an IPv6-only server makes of an IPv4 visitor's address."""


class UnknownAddress(SuspiciousOperation):
    """Nothing says, or not as agreed, where the request comes from. Answered with 400."""


class ClientAddressMiddleware:
    """Answers 400 to a request that the trusted proxies have not said the sender of.

    Taking the proxy's own address instead would count everybody as one visitor, and five wrong
    passwords from anywhere would keep a person out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.TRUSTED_PROXIES:
            try:
                client_address(request)
            except UnknownAddress as error:
                logger.warning("request refused: %s", error)
                return _refusal(str(error))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _refusal(str(exception)) if isinstance(exception, UnknownAddress) else None


def client_address(request: HttpRequest) -> str:
    """Return the visitor's IP address, of IPv4 in its own form. UnknownAddress if there is none.

    Behind proxies it is the entry of `X-Forwarded-For` that the first trusted one has added;
    those before it are the visitor's own words.
    """
    if not settings.TRUSTED_PROXIES:
        return _clean(request.META.get("REMOTE_ADDR", ""), "the connection has no IP address")
    chain = request.headers.get("X-Forwarded-For", "")
    entries = chain.split(",") if chain.strip() else []
    if len(entries) < settings.TRUSTED_PROXIES:
        raise UnknownAddress(
            f"X-Forwarded-For has {len(entries)} of the {settings.TRUSTED_PROXIES} addresses that "
            "TRUSTED_PROXIES says"
        )
    return _clean(
        entries[-settings.TRUSTED_PROXIES], "X-Forwarded-For has no IP address where it is expected"
    )


def known_address(request: HttpRequest) -> str | None:
    """Return the visitor's IP address, or None: to record, where nothing hangs on it."""
    try:
        return client_address(request)
    except UnknownAddress:
        return None


def _clean(text: str, problem: str) -> str:
    """Return the address that the text names, less its port, brackets and network interface."""
    text = text.strip()
    host, port = split_domain_port(text)
    if port or host.startswith("["):
        text = host.removeprefix("[").removesuffix("]")
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError as error:
        raise UnknownAddress(problem) from error
    return str(_as_ipv4(address) or address)


def _as_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that stands inside the IPv6 one, if it does.

    Cut to its network, as IPv6 is where attempts are counted, it would be that of every other
    IPv4 visitor too.
    """
    if isinstance(address, IPv4Address):
        return None
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def _refusal(problem: str) -> HttpResponse:
    return HttpResponse(
        "This request was refused, since it does not say where it comes from.\n\n"
        f"For whoever runs this service: {problem}. Set TRUSTED_PROXIES to the number of proxies "
        "before the application. Each has to add to X-Forwarded-For the address that it was asked "
        "from.\n",
        status=HTTPStatus.BAD_REQUEST,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store", "Content-Security-Policy": DENY_ALL_POLICY},
    )
