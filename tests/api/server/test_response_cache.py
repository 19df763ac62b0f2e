"""The response cache: answers that it stores, for which clients, and answers that it never stores."""

import asyncio
import datetime as dt
import gzip
from collections.abc import AsyncIterator
from typing import Any

import brotli
import httpx
import pytest
import zstandard

from api.http.body_encoding import ENCODERS
from api.server.response_cache.middleware import (
    MAX_KEY_BYTES,
    OVERHEAD_BYTES,
    CachedResponse,
    ResponseCache,
    ResponseStore,
    build_response_store,
)
from api.settings import Settings

FIRST = dt.datetime(2020, 5, 1, tzinfo=dt.UTC)
POINTS = "/collections/points-of-entry/items"
LONG = "<p>Points of entry</p>" * 200


class Moments:
    """A record clock that a test sets."""

    def __init__(self) -> None:
        self.moment: dt.datetime | None = FIRST

    async def get_current(self) -> dt.datetime | None:
        return self.moment


class Counting:
    """An application that answers with the number of its requests."""

    def __init__(self) -> None:
        self.times = 0
        self.status = 200
        self.headers = [(b"content-type", b"text/html")]
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        await self.go_on.wait()
        self.times += 1
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": f"{scope['method']} {self.times} {LONG}".encode()})


@pytest.fixture
def app() -> Counting:
    return Counting()


@pytest.fixture
def moments() -> Moments:
    return Moments()


@pytest.fixture
def kept() -> ResponseStore:
    return build_response_store(1_000_000)


@pytest.fixture
async def reader(app: Counting, moments: Moments, kept: ResponseStore) -> AsyncIterator[httpx.AsyncClient]:
    front: Any = ResponseCache(app, moments, kept)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://test") as client:
        yield client


async def test_equal_requests_are_computed_once(app: Counting, reader: httpx.AsyncClient) -> None:
    answers = [await reader.get(POINTS, params={"country": "SRB"}) for _ in range(3)]
    assert app.times == 1
    assert len({answer.text for answer in answers}) == 1


async def test_parameters_count_in_whatever_order_they_come(app: Counting, reader: httpx.AsyncClient) -> None:
    await reader.get(f"{POINTS}?country=SRB&limit=5")
    await reader.get(f"{POINTS}?limit=5&country=SRB")
    assert app.times == 1


@pytest.mark.parametrize(
    "other",
    [
        {"url": f"{POINTS}?country=BGR"},
        {"url": "/collections/restrictions/items?country=SRB"},
        {"url": f"{POINTS}?country=SRB", "headers": {"Accept": "text/html"}},
        {"url": f"{POINTS}?country=SRB", "headers": {"Host": "elsewhere"}},
        {"url": f"{POINTS}?country=SRB&sortby=name&sortby=-code"},
    ],
)
async def test_different_requests_are_computed_separately(
    app: Counting, reader: httpx.AsyncClient, other: dict[str, Any]
) -> None:
    await reader.get(f"{POINTS}?country=SRB")
    await reader.get(f"{POINTS}?country=SRB&sortby=-code&sortby=name")
    await reader.get(**other)
    assert app.times == 3


async def test_published_change_invalidates_the_cache(
    app: Counting, moments: Moments, reader: httpx.AsyncClient
) -> None:
    await reader.get(POINTS)
    moments.moment = FIRST + dt.timedelta(microseconds=1)
    await reader.get(POINTS)
    assert app.times == 2


async def test_burst_of_equal_requests_is_computed_once(app: Counting, reader: httpx.AsyncClient) -> None:
    app.go_on.clear()
    burst = [asyncio.create_task(reader.get(POINTS)) for _ in range(50)]
    await asyncio.sleep(0.01)
    app.go_on.set()
    assert {(await each).status_code for each in burst} == {200}
    assert app.times == 1


async def test_disconnected_client_does_not_cancel_a_shared_response(app: Counting, reader: httpx.AsyncClient) -> None:
    app.go_on.clear()
    gone, waiting = (asyncio.create_task(reader.get(POINTS)) for _ in range(2))
    await asyncio.sleep(0.01)
    gone.cancel()
    app.go_on.set()
    assert (await waiting).status_code == 200


async def test_failure_is_not_shared_with_later_requests(app: Counting, reader: httpx.AsyncClient) -> None:
    app.status = 503
    app.go_on.clear()
    first, *later = (asyncio.create_task(reader.get(POINTS)) for _ in range(5))
    await asyncio.sleep(0.01)
    app.go_on.set()
    assert (await first).status_code == 503
    assert {(await each).status_code for each in later} == {503}
    # Once for the first, and once more for all who came while that was worked out.
    assert app.times == 2
    app.status = 200
    assert (await reader.get(POINTS)).status_code == 200


async def test_truncated_response_is_not_cached(kept: ResponseStore, moments: Moments) -> None:
    async def breaks_off(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ConnectionError

    front: Any = ResponseCache(breaks_off, moments, kept)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://test") as client:
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await client.get(POINTS)


@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"Authorization": "Bearer crossings_x"}},
        {"headers": {"X-API-Key": "crossings_x"}},
        {"params": {"api_key": "crossings_x"}},
        {"params": {"f": "gpkg"}},
        {"headers": {"Accept": "text/csv"}},
    ],
)
async def test_cache_skips_authenticated_requests_and_files(
    app: Counting, kept: ResponseStore, reader: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    for _ in range(2):
        await reader.get(POINTS, **asked)
    assert (app.times, kept.bytes) == (2, 0)


@pytest.mark.parametrize("path", ["/submissions", "/health/ready", "/offices/serbia/due", "/audit", "/metrics"])
async def test_cache_skips_private_responses(app: Counting, reader: httpx.AsyncClient, path: str) -> None:
    for _ in range(2):
        await reader.get(path)
    assert app.times == 2


async def test_answers_to_long_requests_are_not_cached(
    app: Counting, kept: ResponseStore, reader: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await reader.get(POINTS, params={"name": "x" * (MAX_KEY_BYTES + 1)})
    assert (app.times, kept.bytes) == (2, 0)


async def test_error_is_not_cached_and_has_no_etag(app: Counting, reader: httpx.AsyncClient) -> None:
    app.status = 400
    answers = [await reader.get(POINTS) for _ in range(2)]
    assert app.times == 2
    assert not {"etag", "cache-control"} & set(answers[0].headers)


async def test_writing_request_goes_straight_to_the_application(app: Counting, reader: httpx.AsyncClient) -> None:
    for _ in range(2):
        await reader.post(POINTS)
    assert app.times == 2


async def test_client_with_the_response_gets_304(app: Counting, reader: httpx.AsyncClient) -> None:
    tag = (await reader.get(POINTS)).headers["etag"]
    again = await reader.get(POINTS, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"], app.times) == (304, b"", tag, 1)


@pytest.mark.parametrize("of_tag", ["{}", 'W/"{}"', '"{}"', '"other",W/"{}"', "*", "other, *"])
async def test_tags_are_compared_weakly(reader: httpx.AsyncClient, of_tag: str) -> None:
    """A proxy may mark a tag as weak or take the mark off; `*` matches any version (RFC 9110, 13.1.2)."""
    tag = (await reader.get(POINTS)).headers["etag"]
    given = tag if of_tag == "{}" else of_tag.format(tag.removeprefix("W/").strip('"'))
    assert (await reader.get(POINTS, headers={"If-None-Match": given})).status_code == 304


@pytest.mark.parametrize(("named", "status"), [('"nope"', 412), ("{tag}", 200), ('"nope", {tag}', 200), ("*", 200)])
async def test_if_match_fails_after_a_change(reader: httpx.AsyncClient, named: str, status: int) -> None:
    """RFC 9110, 13.1.1; before If-None-Match (13.2.2)."""
    tag = (await reader.get(POINTS)).headers["etag"]
    response = await reader.get(POINTS, headers={"If-Match": named.format(tag=tag)})
    assert response.status_code == status
    both = await reader.get(POINTS, headers={"If-Match": named.format(tag=tag), "If-None-Match": tag})
    assert both.status_code == (412 if status == 412 else 304)
    assert (await reader.head(POINTS, headers={"If-Match": '"nope"'})).content == b""


async def test_partial_etag_does_not_match(reader: httpx.AsyncClient) -> None:
    tag = (await reader.get(POINTS)).headers["etag"]
    for given in (tag[:-2] + '"', f"{tag}x", tag.strip('W/"')):
        assert (await reader.get(POINTS, headers={"If-None-Match": given})).status_code == 200


async def test_if_none_match_star_matches(app: Counting, reader: httpx.AsyncClient) -> None:
    app.status = 404
    assert (await reader.get(POINTS, headers={"If-None-Match": "*"})).status_code == 404


async def test_etag_changes_with_a_published_change(moments: Moments, reader: httpx.AsyncClient) -> None:
    tag = (await reader.get(POINTS)).headers["etag"]
    moments.moment = FIRST + dt.timedelta(seconds=1)
    assert (await reader.get(POINTS, headers={"If-None-Match": tag})).status_code == 200


async def test_etag_of_the_application_is_preserved(app: Counting, reader: httpx.AsyncClient) -> None:
    app.headers.append((b"etag", b'"OA-1.2"'))
    assert (await reader.get(POINTS)).headers["etag"] == '"OA-1.2"'
    assert (await reader.get(POINTS, headers={"If-None-Match": '"OA-1.2"'})).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "name", "unpacked"),
    [
        ("gzip, deflate, br, zstd", "zstd", zstandard.decompress),
        ("gzip, br", "br", brotli.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
    ],
)
async def test_answer_is_compressed_as_the_client_takes_it(
    reader: httpx.AsyncClient, accepted: str, name: str, unpacked: Any
) -> None:
    plain = await reader.get(POINTS, headers={"Accept-Encoding": "identity"})
    async with reader.stream("GET", POINTS, headers={"Accept-Encoding": accepted}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == name
    assert (unpacked(body), len(body)) == (plain.content, int(answer.headers["content-length"]))
    assert len(body) < len(plain.content) / 2


async def test_client_that_takes_no_compression_is_given_none(reader: httpx.AsyncClient) -> None:
    answer = await reader.get(POINTS, headers={"Accept-Encoding": "br;q=0"})
    assert "content-encoding" not in answer.headers


async def test_response_has_vary_header(reader: httpx.AsyncClient) -> None:
    assert (await reader.get(POINTS)).headers["vary"] == "Accept, Accept-Encoding"


async def test_pages_of_any_origin_may_read_it(reader: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await reader.get(POINTS, headers={"Origin": "https://example.org"})
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]


async def test_head_has_the_headers_of_the_answer_alone(reader: httpx.AsyncClient) -> None:
    whole = await reader.get(POINTS, headers={"Accept-Encoding": "identity"})
    head = await reader.head(POINTS, headers={"Accept-Encoding": "identity"})
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole.content)))


@pytest.mark.parametrize(
    ("query", "for_ever"),
    [
        ("datetime=2020-04-01&as_known_at=2020-04-30", True),
        ("datetime=2020-04-01&as_known_at=2020-05-01T00:00:00Z", True),
        ("datetime=2020-04-01&as_known_at=2020-05-01T00:00:01Z", False),
        ("as_known_at=2020-04-30", False),
        ("datetime=2020-04-01", False),
        ("datetime=2020-04-01&as_known_at=nonsense", False),
    ],
)
async def test_past_response_is_immutable(reader: httpx.AsyncClient, query: str, *, for_ever: bool) -> None:
    assert ("immutable" in (await reader.get(f"{POINTS}?{query}")).headers["cache-control"]) is for_ever


async def test_immutable_response_survives_a_change(app: Counting, moments: Moments, reader: httpx.AsyncClient) -> None:
    for seconds in range(2):
        moments.moment = FIRST + dt.timedelta(seconds=seconds)
        await reader.get(f"{POINTS}?datetime=2020-04-01&as_known_at=2020-04-30")
    assert app.times == 1


async def test_empty_tile_has_no_length(app: Counting, reader: httpx.AsyncClient) -> None:
    app.status = 204
    app.headers = []
    answer = await reader.get("/collections/points-of-entry/tiles/5/0/0.mvt")
    assert (answer.status_code, "content-length" in answer.headers) == (204, False)


class TestKeptAnswers:
    def test_least_recently_used_responses_are_evicted_first(self) -> None:
        kept = build_response_store(5 * (OVERHEAD_BYTES + 100))
        for number in range(5):
            kept.put((number,), CachedResponse(200, (), b"x" * 100))
        kept.get((0,))
        kept.put((5,), CachedResponse(200, (), b"x" * 100))
        assert [number for number in range(6) if kept.get((number,))] == [0, 2, 3, 4, 5]
        assert kept.bytes == kept.max_bytes

    def test_large_response_does_not_evict_all_others(self) -> None:
        kept = build_response_store(100_000)
        kept.put((1,), CachedResponse(200, (), b"x" * 50_000))
        assert kept.get((1,)) is None

    async def test_world_is_cached_in_all_formats_by_default(self, client: httpx.AsyncClient) -> None:
        world = (await client.get(POINTS, params={"limit": 10_000})).content
        answer = CachedResponse(200, (), world, compressed={name: encode(world) for name, encode in ENCODERS.items()})
        kept = build_response_store(Settings.model_fields["crossings_cache_bytes"].default)
        kept.put((1,), answer)
        assert (len(world) > 7_000_000, kept.get((1,))) == (True, answer)

    def test_compressed_forms_weigh_too(self) -> None:
        kept = build_response_store(100_000)
        answer = CachedResponse(200, (), b"x" * 100)
        kept.put((1,), answer)
        answer.compressed["gzip"] = b"x" * 1000
        kept.put((1,), answer)
        assert kept.bytes == OVERHEAD_BYTES + 1100

    def test_cache_without_space_stores_nothing(self) -> None:
        kept = build_response_store(0)
        kept.put((1,), CachedResponse(200, (), b""))
        assert kept.get((1,)) is None
