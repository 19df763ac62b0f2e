"""Caches bounded in bytes."""

import pytest

from api.concurrency.bounded_cache import BoundedCache, cache_short


def cache(max_bytes: int = 800) -> BoundedCache[str]:
    return BoundedCache(max_bytes, lambda _, value: len(value))


def test_cache_returns_what_was_put() -> None:
    one = cache()
    one.put("a", "x" * 10)
    assert (one.get("a"), one.get("b")) == ("x" * 10, None)


def test_cache_drops_the_least_recently_used_beyond_its_bytes() -> None:
    one = cache(800)
    for number in range(8):
        one.put(number, "x" * 100)
    one.get(0)
    one.put(8, "x" * 100)
    assert [number for number in range(9) if one.get(number)] == [0, 2, 3, 4, 5, 6, 7, 8]
    assert one.bytes == 800


def test_cache_stores_no_value_of_more_than_an_eighth() -> None:
    one = cache(800)
    assert one.get_or_compute("a", lambda: "x" * 101) == "x" * 101
    assert (one.get("a"), one.bytes) == (None, 0)


def test_cache_weighs_a_value_put_again_once() -> None:
    one = cache()
    one.put("a", "x" * 10)
    one.put("a", "x" * 20)
    assert (one.bytes, len(one)) == (20, 1)


def test_cache_stores_no_failure() -> None:
    def fail() -> str:
        raise ValueError("no")

    one = cache()
    with pytest.raises(ValueError, match="no"):
        one.get_or_compute("a", fail)
    assert len(one) == 0


def test_cached_function_computes_long_texts_each_time() -> None:
    calls: list[str] = []

    @cache_short(10, 5)
    def upper(text: str) -> str:
        calls.append(text)
        return text.upper()

    assert [upper(text) for text in ("short", "short", "longer", "longer")] == ["SHORT", "SHORT", "LONGER", "LONGER"]
    assert calls == ["short", "longer", "longer"]
