"""Registry of output formats: each entry has a writer, and a name without an entry is an error."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.concurrency.child_processes import ChildFailed, write_in_child
from api.formats.format import FileFormat
from api.formats.layer import Layer
from api.formats.registry import DISTINCT_FILE_FORMATS, FILE_FORMATS, OFFERS


@pytest.mark.parametrize("format_", FILE_FORMATS, ids=lambda each: each.name)
def test_writer_of_each_format_can_be_imported(format_: FileFormat) -> None:
    assert callable(format_.writer.load())


def test_geojson_alone_has_the_media_type_of_a_page() -> None:
    assert {each.name for each in FILE_FORMATS} - {each.name for each in DISTINCT_FILE_FORMATS} == {"geojson"}
    media_types = [media_type for offer in OFFERS for media_type in offer]
    assert len(media_types) - len(set(media_types)) == 1


@pytest.mark.parametrize("name", ["geojson", "dwg"])
async def test_worker_refuses_a_format_that_it_has_no_writer_for(tmp_path: Path, name: str) -> None:
    layer = Layer("points", "Points", "", "Point", 4326, (), {})

    async def lines() -> AsyncIterator[bytes]:
        yield f"{json.dumps({'format': name, 'layer': layer.serialize_layer()})}\n".encode()

    with pytest.raises(ChildFailed, match=f"KeyError: '{name}'"):
        await write_in_child("api.formats.worker", tmp_path / "points.dwg", lines())
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240 - an empty directory
