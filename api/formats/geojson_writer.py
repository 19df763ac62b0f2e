"""GeoJSON as one collection, as a text sequence (RFC 8142), and as JSON-FG."""

import json
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from api.formats.format import TextOptions
from api.formats.layer import Layer

PART_FEATURES = 100
RECORD_SEPARATOR = "\x1e"
JSON_FG = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"


async def stream_geojson(features: AsyncIterable[str], layer: Layer, _: TextOptions) -> AsyncIterator[bytes]:
    members: dict[str, Any] = {"type": "FeatureCollection", "name": layer.name, **layer.about}
    async for part in _stream_collection(features, members):
        yield part


async def stream_jsonfg(features: AsyncIterable[str], layer: Layer, options: TextOptions) -> AsyncIterator[bytes]:
    members: dict[str, Any] = {"type": "FeatureCollection", "conformsTo": [JSON_FG], "featureType": layer.name}
    if options.coord_ref_sys:
        members["coordRefSys"] = options.coord_ref_sys
    async for part in _stream_collection(features, members | layer.about):
        yield part


async def stream_geojson_sequence(features: AsyncIterable[str], _layer: Layer, _: TextOptions) -> AsyncIterator[bytes]:
    async for several in _group_features(features):
        yield "".join(f"{RECORD_SEPARATOR}{feature}\n" for feature in several).encode()


async def _stream_collection(features: AsyncIterable[str], members: dict[str, Any]) -> AsyncIterator[bytes]:
    yield (json.dumps(members, ensure_ascii=False)[:-1] + ', "features": [\n').encode()
    comma = ""
    async for several in _group_features(features):
        yield (comma + ",\n".join(several)).encode()
        comma = ",\n"
    yield b"\n]}\n"


async def _group_features(features: AsyncIterable[str]) -> AsyncIterator[list[str]]:
    several: list[str] = []
    async for feature in features:
        several.append(feature)
        if len(several) == PART_FEATURES:
            yield several
            several = []
    if several:
        yield several
