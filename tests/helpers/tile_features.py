"""Features of vector tiles, decoded."""

from typing import Any

import httpx
import mapbox_vector_tile

EXTENT = 4096
Feature = dict[str, Any]


def build_tile_path(collection: str, z: int, x: int, y: int, ending: str = "mvt") -> str:
    return f"/collections/{collection}/tiles/{z}/{x}/{y}.{ending}"


async def get_tile_features(client: httpx.AsyncClient, path: str, **query: object) -> list[Feature]:
    """What the tile has, with its place in the tile's own units, y downwards."""
    response = await client.get(path, params={name: str(value) for name, value in query.items()})
    if response.status_code == 204:
        assert response.content == b""
        return []
    assert response.status_code == 200, response.text
    if ".geojson" in path or query.get("f") == "geojson":
        return list(response.json()["features"])
    (layer,) = mapbox_vector_tile.decode(response.content, default_options={"y_coord_down": True}).values()
    assert layer["extent"] == EXTENT
    return list(layer["features"])
