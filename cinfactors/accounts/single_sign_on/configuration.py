"""What the provider publishes of itself: where its endpoints are, and its keys.

Both are kept in the memory of the process for some minutes, so that most sign-ins ask for neither.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings

from cinfactors.accounts.single_sign_on.exchange import Exchange, ProviderError

KEPT_FOR = 10 * 60
"""Seconds after which what the provider publishes is fetched anew."""
KEYS_KEPT_AT_LEAST = 60
"""Seconds for which keys are not fetched anew, whatever a token names."""
MAX_ADDRESS_LENGTH = 2000

Published = TypeVar("Published")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The endpoints of the provider; `end_session_endpoint` is empty where it has none."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str
    accepts_secret_in_form: bool


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Published]):
    value: Published
    at: float

    @property
    def age(self) -> float:
        return time.monotonic() - self.at


class _Memory(Generic[Published]):
    """What was fetched last from each address."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept[Published]] = {}
        self._lock = threading.Lock()

    def get(self, address: str, fetch: Callable[[], Published], max_age: float) -> Published:
        """Return what is kept for the address, or fetch and keep it if that is older."""
        with self._lock:
            kept = self._kept.get(address)
        if kept is None or kept.age >= max_age:
            kept = _Kept(fetch(), time.monotonic())
            with self._lock:
                self._kept[address] = kept
        return kept.value

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


_configurations: _Memory[Configuration] = _Memory()
_keys: _Memory[list[dict[str, Any]]] = _Memory()


def configuration(exchange: Exchange) -> Configuration:
    """Return the provider's configuration. Raises ProviderError."""
    address = settings.OIDC_ISSUER.rstrip("/") + "/.well-known/openid-configuration"
    return _configurations.get(address, lambda: _read(exchange.ask(address)), KEPT_FOR)


def keys(exchange: Exchange, address: str, *, renew: bool = False) -> list[dict[str, Any]]:
    """Return the provider's keys. Raises ProviderError.

    With `renew`, where none of those kept fits, fetch them anew unless that was just done.
    """
    max_age = KEYS_KEPT_AT_LEAST if renew else KEPT_FOR
    return _keys.get(address, lambda: _read_keys(exchange.ask(address)), max_age)


def forget() -> None:
    """Forget what the provider published."""
    _configurations.clear()
    _keys.clear()


def with_query(address: str, values: Mapping[str, str]) -> str:
    """Return the address with these values added to the query that it may have."""
    parts = urlsplit(address)
    query = "&".join(filter(None, [parts.query, urlencode(values)]))
    return urlunsplit(parts._replace(query=query))


def _read(document: Mapping[str, Any]) -> Configuration:
    # OpenID Connect Discovery 1.0, section 4.3.
    if document.get("issuer") != settings.OIDC_ISSUER:
        raise ProviderError("the provider says that it is another issuer")
    methods = document.get("token_endpoint_auth_methods_supported") or []
    try:
        end_session = _address(document, "end_session_endpoint")
    except ProviderError:
        end_session = ""  # it is not needed to sign in
    return Configuration(
        authorization_endpoint=_address(document, "authorization_endpoint"),
        token_endpoint=_address(document, "token_endpoint"),
        jwks_uri=_address(document, "jwks_uri"),
        end_session_endpoint=end_session,
        accepts_secret_in_form=isinstance(methods, list) and "client_secret_post" in methods,
    )


def _address(document: Mapping[str, Any], name: str) -> str:
    """Return the address of an endpoint. Raises ProviderError if it is none, or not encrypted."""
    value = document.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ADDRESS_LENGTH:
        raise ProviderError(f"the provider has no {name}")
    is_plain = value.isascii() and value.isprintable() and not _has_any(value, ' "<>\\^`{|}')
    try:
        parts = urlsplit(value)
        is_valid = bool(is_plain and parts.hostname and parts.port != 0)
    except ValueError:
        is_valid = False
    if not is_valid or parts.fragment or parts.username is not None:
        raise ProviderError(f"the provider's {name} is no address")
    if parts.scheme not in settings.OIDC_SCHEMES:
        raise ProviderError(f"the provider's {name} is not encrypted")
    return value


def _has_any(text: str, characters: Iterable[str]) -> bool:
    return any(character in text for character in characters)


def _read_keys(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = document.get("keys")
    if not isinstance(found, list):
        raise ProviderError("the provider publishes no keys")
    return [key for key in found if isinstance(key, dict)]
