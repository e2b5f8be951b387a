"""An authenticator app: RFC 6238, written for the tests, sharing no code with the product."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import time_machine
from django.test import Client


def code(secret: str, at: float | None = None) -> str:
    """Return the code that the app shows now, or at the given second."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.new(base64.b32decode(secret.replace(" ", "")), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def add_app(client: Client) -> str:
    """Set up an app in a browser that is signed in. Return the secret, which the app keeps."""
    page = client.get("/account/second-factor/app/").content.decode()
    secret = re.search(r'class="app-secret">([A-Z2-7 ]+)<', page)[1]
    # The clock stands still, so that the code is not of the half minute before.
    with time_machine.travel(time.time(), tick=False):
        response = client.post("/account/second-factor/app/", {"code": code(secret)})
    assert (response.status_code, response["Location"]) == (302, "/account/second-factor/codes/")
    return secret


def recovery_codes(client: Client) -> list[str]:
    page = client.get("/account/second-factor/codes/").content.decode()
    return re.findall(r"<li><code>(\d{8})</code></li>", page)
