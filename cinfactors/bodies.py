from __future__ import annotations

from django.http import UnreadablePostError

CHUNK = 64 * 1024
MOST = 16 * 1024 * 1024
"""Bytes that are read only to be thrown away; whoever sends more is cut off."""


class UnreadBodyMiddleware:
    """Reads what a refused request still sends, so that its sender hears the refusal.

    A server that closes a connection with data unread resets it, and the browser shows "connection
    reset" in place of the page that says what was wrong.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        try:
            for _ in range(MOST // CHUNK):
                if not request.read(CHUNK):
                    break
        except UnreadablePostError:  # the sender has gone
            pass
        return response
