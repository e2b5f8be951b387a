"""The cache in a database table that all processes share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, connections

NOON = "2026-03-02T12:00:00Z"


@pytest.fixture
def clock(db):
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.parametrize("value", [True, None, 0, 1.5, "text", [1.5, 2.5], {"a": [None]}])
def test_a_stored_value_is_returned(clock, value):
    cache.set("k", value)
    assert cache.get("k", "nothing") == value
    assert cache.has_key("k")


def test_values_are_stored_as_json_and_never_pickled(clock):
    cache.set("k", ["text"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM cache")
        assert cursor.fetchall() == [('["text"]',)]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_values_that_are_not_json_are_refused(clock, value):
    with pytest.raises(TypeError):
        cache.set("k", value)


def test_a_value_expires(clock):
    cache.set("k", 1, timeout=60)
    clock.shift(59)
    assert cache.get("k") == 1
    clock.shift(1)
    assert cache.get("k") is None
    assert not cache.has_key("k")
    assert not cache.touch("k", 60)


def test_a_value_without_a_timeout_stays(clock):
    cache.set("k", 1, timeout=None)
    clock.shift(365 * 24 * 60 * 60)
    assert cache.get("k") == 1


def test_touch_extends_the_timeout(clock):
    cache.set("k", 1, timeout=60)
    assert cache.touch("k", 120)
    clock.shift(100)
    assert cache.get("k") == 1


def test_a_key_is_added_once_until_it_expires(clock):
    assert cache.add("k", 1, timeout=60)
    assert not cache.add("k", 2, timeout=60)
    assert cache.get("k") == 1
    clock.shift(60)
    assert cache.add("k", 3, timeout=60)
    assert cache.get("k") == 3


def test_calls_are_counted_within_the_timeout_and_anew_after_it(clock):
    assert [cache.count("k", 60) for _ in range(3)] == [1, 2, 3]
    clock.shift(59)
    assert cache.count("k", 60) == 4
    clock.shift(1)
    assert cache.count("k", 60) == 1


def test_a_number_is_incremented_and_decremented(clock):
    cache.set("k", 5)
    assert (cache.incr("k"), cache.decr("k", 3)) == (6, 3)
    with pytest.raises(ValueError, match="not found"):
        cache.incr("absent")


def test_several_keys_are_set_read_and_deleted(clock):
    assert cache.set_many({"a": 1, "b": 2, "c": 3}) == []
    assert cache.get_many(["a", "b", "z"]) == {"a": 1, "b": 2}
    cache.delete_many(["a", "z"])
    assert (cache.delete("b"), cache.delete("b")) == (True, False)
    assert cache.get_many(["a", "b", "c"]) == {"c": 3}
    cache.clear()
    assert names() == []


def test_expired_entries_are_deleted_by_the_next_write(clock):
    cache.set_many({f"k{number}": number for number in range(4)}, timeout=60)
    clock.shift(60)
    cache.set("new", 1)
    assert names() == [":1:new"]


@pytest.mark.django_db(transaction=True)
def test_concurrent_calls_are_each_counted():
    def count(_):
        try:
            return cache.count("k", 60), cache.add("once", 1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(count, range(40)))
    assert sorted(number for number, _ in found) == list(range(1, 41))
    assert [first for _, first in found].count(True) == 1
