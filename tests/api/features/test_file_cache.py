"""Files that are asked for again, or in parts: written once for as long as nothing else is known."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from helpers.factories import record_status
from helpers.http import POINTS
from helpers.shipped.register import select_codes
from sqlalchemy.ext.asyncio import AsyncConnection

from api.features.downloads import download
from api.features.downloads.file_cache import MAX_FILES, FileCache
from api.settings import get_settings
from models.recording.register import fetch_point_ids

FIJI = sorted(select_codes(country_iso3="FJI"))
BINARY = ["xlsx", "gpkg", "fgb", "parquet"]
ASKED = {"country": "FJI", "datetime": "2020-04-15"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The suffix of each file that is written from now on."""
    suffixes: list[str] = []
    for name in ("write_file", "write_text_file"):
        real = getattr(download, name)

        async def write(parts: object, layer: object, suffix: str, real: object = real) -> Path:
            suffixes.append(suffix)
            return await real(parts, layer, suffix)  # type: ignore[operator,no-any-return]

        monkeypatch.setattr(download, name, write)
    return suffixes


@pytest.mark.parametrize("form", BINARY)
async def test_file_is_written_once_for_two_requests(client: httpx.AsyncClient, written: list[str], form: str) -> None:
    answers = await asyncio.gather(*(client.get(POINTS, params=ASKED | {"f": form}) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == len({answer.headers["etag"] for answer in answers}) == 1
    assert written == [form]


@pytest.mark.parametrize("form", [*BINARY, "geojson", "csv", "jsonfg", "geojsonseq"])
async def test_file_is_given_in_parts(client: httpx.AsyncClient, written: list[str], form: str) -> None:
    whole = (await client.get(POINTS, params=ASKED | {"f": form}, headers={"Range": "bytes=0-"})).content
    middle = await client.get(POINTS, params=ASKED | {"f": form}, headers={"Range": "bytes=100-199"})
    end = await client.get(POINTS, params=ASKED | {"f": form}, headers={"Range": "bytes=-50"})
    assert (middle.status_code, middle.content) == (206, whole[100:200])
    assert (end.status_code, end.content) == (206, whole[-50:])
    assert middle.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert len(written) == 1


@pytest.mark.parametrize("form", ["geojson", "csv"])
async def test_text_in_parts_is_the_text(client: httpx.AsyncClient, form: str) -> None:
    whole = (await client.get(POINTS, params=ASKED | {"f": form, "as_known_at": "2030-01-01"})).content
    asked = {"f": form, "as_known_at": "2030-01-01"}
    part = await client.get(POINTS, params=ASKED | asked, headers={"Range": "bytes=0-"})
    assert len(part.content) == len(whole)


async def test_part_beyond_the_end_cannot_be_had(client: httpx.AsyncClient) -> None:
    answer = await client.get(POINTS, params=ASKED | {"f": "fgb"}, headers={"Range": "bytes=99999999-"})
    assert (answer.status_code, answer.headers["content-range"][:8]) == (416, "bytes */")


async def test_client_with_the_file_gets_304(client: httpx.AsyncClient, written: list[str]) -> None:
    first = await client.get(POINTS, params=ASKED | {"f": "gpkg"})
    again = await client.get(POINTS, params=ASKED | {"f": "gpkg"}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert written == ["gpkg"]


async def test_part_of_another_file_is_not_given_for_one_of_this(client: httpx.AsyncClient) -> None:
    whole = await client.get(POINTS, params=ASKED | {"f": "fgb"})
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}
    answer = await client.get(POINTS, params=ASKED | {"f": "fgb"}, headers=headers)
    assert (answer.status_code, answer.content) == (200, whole.content)


async def test_head_has_the_headers_of_the_file(client: httpx.AsyncClient) -> None:
    whole = await client.get(POINTS, params=ASKED | {"f": "fgb"})
    head = await client.head(POINTS, params=ASKED | {"f": "fgb"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "accept-ranges", "ogc-numbermatched", "content-disposition"):
        assert head.headers[name] == whole.headers[name]


async def test_update_invalidates_the_file(
    client: httpx.AsyncClient, shipped: AsyncConnection, written: list[str]
) -> None:
    before = await client.get(POINTS, params=ASKED | {"f": "fgb"})
    await record_status(shipped, (await fetch_point_ids(shipped, FIJI))[FIJI[0]], "closed", "2020-03-01")
    after = await client.get(POINTS, params=ASKED | {"f": "fgb"})
    assert before.headers["etag"] != after.headers["etag"]
    assert written == ["fgb"] * 2


OTHERS = [{"country": "TON"}, {"datetime": "2020-04-16"}, {"limit": "3"}, {"properties": "name"}]


@pytest.mark.parametrize("other", OTHERS)
async def test_different_requests_have_separate_files(
    client: httpx.AsyncClient, written: list[str], other: dict[str, str]
) -> None:
    for asked in (ASKED, ASKED | other):
        assert (await client.get(POINTS, params=asked | {"f": "fgb"})).status_code == 200
    assert len(written) == 2


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CROSSINGS_KEPT_FILES_BYTES", "0")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("no_room")
async def test_file_without_cache_space_is_sent_anyway(client: httpx.AsyncClient, written: list[str]) -> None:
    for _ in range(2):
        assert (await client.get(POINTS, params=ASKED | {"f": "fgb"})).status_code == 200
    assert len(written) == 2


def a_file(directory: Path, name: str, size: int = 100) -> Path:
    path = directory / name / "file"
    path.parent.mkdir()
    path.write_bytes(b"x" * size)
    return path


async def test_least_recently_requested_files_are_evicted(tmp_path: Path) -> None:
    files = FileCache(250)
    for name in ("a", "b"):
        assert await files.keep((name,), 1, a_file(tmp_path, name), {}, "text/plain")
    assert files.find(("a",), 1)
    assert await files.keep(("c",), 1, a_file(tmp_path, "c"), {}, "text/plain")
    assert [bool(files.find((name,), 1)) for name in "abc"] == [True, False, True]
    assert (files.bytes, (tmp_path / "b").exists()) == (200, False)


async def test_file_that_is_being_sent_stays_until_it_is_sent(tmp_path: Path) -> None:
    files = FileCache(150)
    await files.keep(("a",), 1, a_file(tmp_path, "a"), {}, "text/plain")
    sent = files.find(("a",), 1)
    assert sent is not None
    sent.users += 1
    assert not await files.keep(("b",), 1, a_file(tmp_path, "b"), {}, "text/plain")
    await files.keep(("a",), 2, a_file(tmp_path, "newer", 10), {}, "text/plain")
    assert (sent.path.exists(), files.bytes) == (True, 110)
    files.let_go(sent)
    assert (sent.path.exists(), files.bytes) == (False, 10)


async def test_number_of_files_is_bounded(tmp_path: Path) -> None:
    files = FileCache(10_000)
    for number in range(MAX_FILES + 5):
        assert await files.keep((number,), 1, a_file(tmp_path, str(number), 1), {}, "text/plain")
    assert files.bytes == MAX_FILES
    files.clear()
    assert (files.bytes, (tmp_path / "0").exists(), (tmp_path / "60").exists()) == (0, False, False)
