"""`crossings publish` as an operator runs it: into a folder, and to a server that speaks S3."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import obstore
import pytest
from helpers.servers.object_store import build_credentials, serve_bucket
from helpers.servers.service import Environment, reserve_port, run_command
from helpers.snapshot import Register, find_snapshot_folder, list_item_paths, list_whole_snapshots, read_all_objects
from obstore.store import S3Store

from api.publishing.object_store import MINUTE_S, YEAR_S, ObjectStore, PublishingError

DAY = ("--datetime", "2020-04-02")
BUCKET, PREFIX = "dated", "crossings/v1"
TO_S3 = ("--to", f"s3://{BUCKET}/{PREFIX}")


@pytest.fixture(scope="module")
async def register(own_tables: str) -> AsyncIterator[Register]:
    async with Register.at(own_tables) as register:
        yield register


@pytest.fixture(scope="module")
def environment(register: Register, endpoint: str) -> Environment:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"DATABASE_URL": register.address} | build_credentials(endpoint)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server of S3, with the bucket."""
    with serve_bucket(BUCKET, tmp_path_factory.mktemp("s3") / "log") as endpoint:
        yield endpoint


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    for name, value in build_credentials(endpoint).items():
        monkeypatch.setenv(name, value)
    return ObjectStore.open(TO_S3[1])


class TestAFolder:
    def test_is_made_and_filled_and_the_second_time_left_as_it_is(
        self, environment: Environment, tmp_path: Path
    ) -> None:
        to = tmp_path / "not there yet" / "snapshots of Crossings"
        first = run_command(environment, "publish", "--to", str(to), *DAY)
        assert first.returncode == 0, first.stderr
        folder = find_snapshot_folder(to)
        assert f"{folder.name}: {len(list(folder.iterdir())) - 1} files," in first.stderr
        before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
        second = run_command(environment, "publish", "--to", str(to), *DAY)
        assert "it was there already" in second.stderr
        assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before

    def test_that_is_a_file_is_refused(self, environment: Environment, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        refused = run_command(environment, "publish", "--to", str(tmp_path / "file"), *DAY)
        assert refused.returncode == 1
        (line,) = refused.stderr.splitlines()
        assert line.startswith(f"crossings: cannot publish to {tmp_path / 'file'}")


class TestS3:
    async def test_has_what_a_folder_has(self, environment: Environment, bucket: ObjectStore, tmp_path: Path) -> None:
        for to in (TO_S3, ("--to", str(tmp_path))):
            said = run_command(environment, "publish", *to, *DAY)
            assert said.returncode == 0, said.stderr
        there, here = await read_all_objects(bucket), await read_all_objects(ObjectStore.open(str(tmp_path)))
        (item,) = await list_item_paths(bucket)
        assert await list_whole_snapshots(bucket) == [item]
        assert {path: content for path, content in there.items() if path != item} == {
            path: content for path, content in here.items() if path != item
        }
        again = run_command(environment, "publish", *TO_S3, *DAY)
        assert "it was there already" in again.stderr
        assert await read_all_objects(bucket) == there

    async def test_has_content_type_and_cache_control(self, bucket: ObjectStore) -> None:
        await bucket.put("a.pmtiles", b"x", "application/vnd.pmtiles", max_age_s=YEAR_S)
        await bucket.put("a.json", b"{}", "application/json", max_age_s=MINUTE_S)
        found = {}
        for path in ("a.pmtiles", "a.json"):
            attributes = obstore.get(bucket.store, path).attributes
            found[path] = (attributes["Content-Type"], attributes["Cache-Control"])
        assert found == {
            "a.pmtiles": ("application/vnd.pmtiles", "public, max-age=31536000"),
            "a.json": ("application/json", "public, max-age=60"),
        }

    async def test_takes_a_file_of_many_parts(self, bucket: ObjectStore, tmp_path: Path) -> None:
        content = os.urandom(12_000_000)
        (tmp_path / "large").write_bytes(content)
        await bucket.put("large", tmp_path / "large", "application/vnd.pmtiles", max_age_s=YEAR_S)
        assert await bucket.read("large") == content

    def test_without_the_bucket_is_an_error(self, environment: Environment) -> None:
        said = run_command(environment, "publish", "--to", "s3://nowhere", *DAY)
        assert said.returncode == 1
        assert said.stderr == "crossings: cannot publish to s3://nowhere: The specified bucket does not exist\n"

    async def test_is_the_same_interface_as_a_folder(self, bucket: ObjectStore, tmp_path: Path) -> None:
        for place in (bucket, ObjectStore.open(str(tmp_path))):
            assert await place.read("some/where") is None
            assert await place.list_sizes("some") == {}
            await place.put("some/where", b"one", "text/plain", max_age_s=0)
            await place.put("some/where", b"three", "text/plain", max_age_s=0)
            assert await place.read("some/where") == b"three"
            assert await place.list_sizes("some") == {"some/where": 5}
        assert isinstance(bucket.store, S3Store)


class TestWhatCannotBe:
    @pytest.mark.parametrize("to", ["", "s3://", "s3:bucket", "gs://bucket", "https://example.org/x", "file:///x"])
    def test_address_of_another_kind(self, to: str) -> None:
        with pytest.raises(PublishingError, match="is neither a folder nor an address like s3://bucket/prefix"):
            ObjectStore.open(to)

    @pytest.mark.parametrize(
        ("option", "value", "reason"),
        [
            ("--datetime", "yesterday", "yesterday"),
            ("--datetime", "2020-04-01/2020-04-02", "more than a day"),
            ("--datetime", "2020-02-30", "2020-02-30"),
            ("--as-known-at", "then", "then"),
        ],
    )
    def test_day_or_a_moment_that_is_none(
        self, environment: Environment, tmp_path: Path, option: str, value: str, reason: str
    ) -> None:
        said = run_command(environment, "publish", "--to", str(tmp_path / "x"), option, value)
        assert said.returncode == 2
        assert reason in " ".join(said.stderr.replace("│", " ").split())
        assert not (tmp_path / "x").exists()

    def test_moment_before_all_knowledge(self, environment: Environment, tmp_path: Path) -> None:
        said = run_command(environment, "publish", "--to", str(tmp_path), "--as-known-at", "1999-01-01")
        assert said.returncode == 1
        assert "nothing was recorded by 1999-01-01" in said.stderr
        assert list(tmp_path.iterdir()) == []

    def test_silent_endpoint_is_named(self, environment: Environment) -> None:
        nobody = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{reserve_port()}"}
        said = run_command(environment | nobody, "publish", *TO_S3, *DAY)
        assert said.returncode == 1
        (line,) = said.stderr.splitlines()
        assert line.startswith(f"crossings: cannot publish to {TO_S3[1]}: ")
