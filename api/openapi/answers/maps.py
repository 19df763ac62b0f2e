"""Schemas for maps: styles, tile matrix sets, tile sets and TileJSON."""

from api.openapi.answers.documents import LINKS
from api.openapi.json_schema import (
    ANY_OBJECT,
    COUNT,
    INTEGER,
    NUMBER,
    STRING,
    STRINGS,
    URI,
    Schema,
    array_of,
    extend,
    map_of,
    named,
    object_of,
    one_of,
    refer,
)


def map_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {
        "StyleList": object_of({"styles": array_of(_listed_style()), "links": LINKS}),
        "Style": _style(),
        "TileMatrixSetList": object_of({"tileMatrixSets": array_of(_listed_matrix_set()), "links": LINKS}),
        "TileMatrixSet": _matrix_set(),
        "TileSetList": object_of(
            {"title": STRING, "description": STRING, "tilesets": array_of(refer("TileSetItem")), "links": LINKS}
        ),
        "TileSetItem": _tile_set(),
        "TileSet": extend(_tile_set(), {"description": STRING, "layers": array_of(_layer())}),
        "TileJson": _tilejson(),
    }


def _listed_style() -> Schema:
    return named("StyleItem", object_of({"id": STRING, "title": STRING, "links": LINKS}))


def _style() -> Schema:
    """Build the schema of a MapLibre style, with the members that each of our styles has."""
    return object_of(
        {
            "version": {"type": "integer", "enum": [8]},
            "name": STRING,
            "glyphs": STRING,
            "sources": map_of(ANY_OBJECT),
            "layers": array_of(ANY_OBJECT),
        }
    )


def _listed_matrix_set() -> Schema:
    return named("TileMatrixSetItem", object_of({"id": STRING, "title": STRING, "uri": URI, "links": LINKS}))


def _matrix_set() -> Schema:
    matrix = {
        "id": STRING,
        "scaleDenominator": NUMBER,
        "cellSize": NUMBER,
        "cornerOfOrigin": one_of("topLeft"),
        "pointOfOrigin": array_of(NUMBER, minItems=2, maxItems=2),
        **dict.fromkeys(("tileWidth", "tileHeight", "matrixWidth", "matrixHeight"), COUNT),
    }
    described = {"id": STRING, "title": STRING, "uri": URI, "crs": URI, "orderedAxes": STRINGS}
    return object_of(
        {**described, "wellKnownScaleSet": URI, "tileMatrices": array_of(named("TileMatrix", object_of(matrix)))}
    )


def _tile_set() -> Schema:
    return object_of(
        {"title": STRING, "dataType": one_of("vector"), "crs": URI, "tileMatrixSetURI": URI, "links": LINKS}
    )


def _layer() -> Schema:
    return object_of(
        {
            "id": STRING,
            "title": STRING,
            "dataType": one_of("vector"),
            "geometryDimension": INTEGER,
            "minTileMatrix": STRING,
            "maxTileMatrix": STRING,
        }
    )


def _tilejson() -> Schema:
    return object_of(
        {
            "tilejson": one_of("3.0.0"),
            **dict.fromkeys(("name", "description", "attribution"), STRING),
            "scheme": one_of("xyz"),
            "tiles": STRINGS,
            "minzoom": COUNT,
            "maxzoom": COUNT,
            "bounds": array_of(NUMBER, minItems=4, maxItems=4),
            "vector_layers": array_of(object_of({"id": STRING, "fields": map_of(STRING)})),
        }
    )
