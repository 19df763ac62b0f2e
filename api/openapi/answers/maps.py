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
    assign_name,
    build_array,
    build_enum,
    build_map,
    build_object,
    extend_object,
    refer_to_schema,
)


def build_map_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {
        "StyleList": build_object({"styles": build_array(_build_style_item()), "links": LINKS}),
        "Style": _build_style(),
        "TileMatrixSetList": build_object({"tileMatrixSets": build_array(_build_matrix_set_item()), "links": LINKS}),
        "TileMatrixSet": _build_matrix_set(),
        "TileSetList": build_object(
            {
                "title": STRING,
                "description": STRING,
                "tilesets": build_array(refer_to_schema("TileSetItem")),
                "links": LINKS,
            }
        ),
        "TileSetItem": _build_tile_set(),
        "TileSet": extend_object(_build_tile_set(), {"description": STRING, "layers": build_array(_build_layer())}),
        "TileJson": _build_tilejson(),
    }


def _build_style_item() -> Schema:
    return assign_name("StyleItem", build_object({"id": STRING, "title": STRING, "links": LINKS}))


def _build_style() -> Schema:
    """Build the schema of a MapLibre style, with the members that each of our styles has."""
    return build_object(
        {
            "version": {"type": "integer", "enum": [8]},
            "name": STRING,
            "glyphs": STRING,
            "sources": build_map(ANY_OBJECT),
            "layers": build_array(ANY_OBJECT),
        }
    )


def _build_matrix_set_item() -> Schema:
    return assign_name("TileMatrixSetItem", build_object({"id": STRING, "title": STRING, "uri": URI, "links": LINKS}))


def _build_matrix_set() -> Schema:
    matrix = {
        "id": STRING,
        "scaleDenominator": NUMBER,
        "cellSize": NUMBER,
        "cornerOfOrigin": build_enum("topLeft"),
        "pointOfOrigin": build_array(NUMBER, minItems=2, maxItems=2),
        **dict.fromkeys(("tileWidth", "tileHeight", "matrixWidth", "matrixHeight"), COUNT),
    }
    described = {"id": STRING, "title": STRING, "uri": URI, "crs": URI, "orderedAxes": STRINGS}
    return build_object(
        {
            **described,
            "wellKnownScaleSet": URI,
            "tileMatrices": build_array(assign_name("TileMatrix", build_object(matrix))),
        }
    )


def _build_tile_set() -> Schema:
    return build_object(
        {"title": STRING, "dataType": build_enum("vector"), "crs": URI, "tileMatrixSetURI": URI, "links": LINKS}
    )


def _build_layer() -> Schema:
    return build_object(
        {
            "id": STRING,
            "title": STRING,
            "dataType": build_enum("vector"),
            "geometryDimension": INTEGER,
            "minTileMatrix": STRING,
            "maxTileMatrix": STRING,
        }
    )


def _build_tilejson() -> Schema:
    return build_object(
        {
            "tilejson": build_enum("3.0.0"),
            **dict.fromkeys(("name", "description", "attribution"), STRING),
            "scheme": build_enum("xyz"),
            "tiles": STRINGS,
            "minzoom": COUNT,
            "maxzoom": COUNT,
            "bounds": build_array(NUMBER, minItems=4, maxItems=4),
            "vector_layers": build_array(build_object({"id": STRING, "fields": build_map(STRING)})),
        }
    )
