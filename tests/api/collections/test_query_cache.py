"""What requests ask of a collection is worked out once for those of a day that ask it in the same words."""

import datetime as dt

import pytest
from fastapi import Request

from api.collections import query as module
from api.collections.property_filters import build_items_parameters
from api.collections.query import FeaturesRequest, parse_features_request
from api.collections.registry import require_collection
from api.parameters.errors import BadParameters


async def _asked(query: str) -> FeaturesRequest:
    collection = await require_collection("points-of-entry")
    request = Request({"type": "http", "query_string": query.encode(), "headers": []})
    return parse_features_request(request, collection, build_items_parameters(collection))


async def test_equal_queries_are_parsed_once() -> None:
    assert await _asked("country=TCD&filter=iata='NDJ'") is await _asked("country=TCD&filter=iata='NDJ'")


async def test_different_queries_are_parsed_separately() -> None:
    chad, niger = await _asked("country=TCD"), await _asked("country=NER")
    assert (chad.query.question.iso3s, niger.query.question.iso3s) == (["TCD"], ["NER"])


async def test_cached_query_without_a_day_follows_the_date(monkeypatch: pytest.MonkeyPatch) -> None:
    days = [dt.date(2020, 4, 15), dt.date(2020, 4, 16)]
    found = []
    for day in days:
        monkeypatch.setattr(module, "get_today", lambda day=day: day)
        found.append((await _asked("country=TCD")).query.question.days.last)
    assert found == days


async def test_error_is_raised_each_time() -> None:
    for _ in range(2):
        with pytest.raises(BadParameters, match="limit=none"):
            await _asked("limit=none")


async def test_cache_stores_no_long_value() -> None:
    long = f"filter=name='{'x' * 10_000}'"
    assert await _asked(long) is not await _asked(long)


@pytest.mark.slow
async def test_cache_stays_within_its_bytes() -> None:
    for number in range(2000):
        await _asked(f"name={number}{'x' * 100}")
    assert 0 < module._cache.bytes <= module.MAX_BYTES  # noqa: SLF001


async def test_cache_key_excludes_the_api_key() -> None:
    assert await _asked("country=TCD&api_key=secret") is await _asked("country=TCD")
