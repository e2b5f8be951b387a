"""The names by which a machine calls itself; only they may be served without HTTPS."""

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
