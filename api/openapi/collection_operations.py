"""Operations of each collection under its literal path, from which QGIS and GDAL read its parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from api.collections.property_filters import build_items_parameters
from api.collections.receivables import EDITABLE_COLLECTIONS
from api.collections.registry import Collection
from api.formats.registry import FORMATS
from api.openapi.answers.features import format_item_schema, format_items_schema
from api.openapi.office_operations import ONCE_HEADERS, list_patch_types
from api.openapi.operation import HTML, JSON, Method, Operation
from api.openapi.reading_operations import MVT, PAGE, PASSED_PARAMETERS_NOTE
from api.parameters.shared import ClocksParameters, ItemParameters, Parameters
from api.register.patch import PatchParameters
from api.responses.representation import GEOJSON, SCHEMA, STYLE
from api.tiles.styles.basemap_layers import Language

QML = "application/vnd.qgis.qml"
SCHEMA_OPERATIONS = {
    "queryables": ("getQueryables", "Filterable properties"),
    "sortables": ("getSortables", "Sortable properties"),
    "schema": ("getSchema", "Properties of an item, with the writable properties"),
    "item-schema": ("getItemSchema", "GeoJSON schema of an item"),
}
TILE_MEDIA_TYPES = (MVT, GEOJSON)
ITEM_MEDIA_TYPES = tuple(dict.fromkeys(each.media_type for each in FORMATS.values()))
# Prefix of the operationIds that OGC API - Tiles Part 1 requires (requirement /req/oas30/operation-id).
TILES_PREFIX = "collection.vector"


class TileParameters(ClocksParameters):
    """Parameters that all tiles have, beside the filters of the items."""

    f: Literal["mvt", "geojson"] | None = Field(None, description="Format of the tile.")  # type: ignore[assignment]


class TileJsonParameters(ClocksParameters):
    """Parameters that all TileJSON documents have, beside the filters of the items."""

    f: Literal["mvt", "geojson"] | None = Field(None, description="Format of the tiles.")  # type: ignore[assignment]


class CollectionStyleParameters(ClocksParameters):
    """Parameters that all styles have, beside the filters of the items."""

    f: Literal["json"] | None = Field(None, description="Format of the response.")
    lang: Language = Field("en", description="Language of country names: en, fr, es or ar.")


def iterate_collection_operations(collection: Collection) -> Iterator[Operation]:
    """Iterate over every operation on the collection and its items."""
    yield from _iterate_descriptions(collection)
    yield from _iterate_tile_operations(collection)
    yield from _iterate_item_operations(collection)
    if collection.id in EDITABLE_COLLECTIONS:
        yield from _iterate_edits(collection)


def _iterate_descriptions(collection: Collection) -> Iterator[Operation]:
    path = f"/collections/{collection.id}"
    title = f"{collection.title}; {PASSED_PARAMETERS_NOTE}"
    yield _build_read(collection, "getCollection", path, title, Parameters, "Collection", PAGE)
    for name, (id_, summary) in SCHEMA_OPERATIONS.items():
        yield _build_read(collection, id_, f"{path}/{name}", summary, Parameters, "JsonSchema", (SCHEMA, HTML))
    yield _build_read(collection, "getQgisStyle", f"/qgis/{collection.id}.qml", "Style for QGIS", None, None, (QML,))


def _iterate_tile_operations(collection: Collection) -> Iterator[Operation]:
    path, narrowed = f"/collections/{collection.id}", "accepts all filters of the items"
    tiles, tile, found = f"{path}/tiles", f"A tile; {narrowed}", (200, 204)
    quad, xyz = f"{tiles}/WebMercatorQuad", f"{tiles}/{{z}}/{{x}}/{{y}}.{{ending}}"
    yield _build_read(
        collection, f"{TILES_PREFIX}.getTileSetsList", tiles, "Tile sets", Parameters, "TileSetList", PAGE
    )
    yield _build_read(collection, f"{TILES_PREFIX}.getTileSet", quad, "The tile set", Parameters, "TileSet")
    one = f"{quad}/{{z}}/{{y}}/{{x}}"
    yield _build_read(
        collection, f"{TILES_PREFIX}.getTile", one, tile, TileParameters, "TileFeatures", TILE_MEDIA_TYPES, found
    )
    yield _build_read(collection, "getTileByEnding", xyz, tile, TileParameters, "TileFeatures", TILE_MEDIA_TYPES, found)
    described = f"TileJSON 3.0; {narrowed}"
    yield _build_read(collection, "getTileJson", f"{path}/tilejson", described, TileJsonParameters, "TileJson")
    style = f"Style for web maps; {narrowed}"
    yield _build_read(
        collection, "getStyle", f"/styles/{collection.id}", style, CollectionStyleParameters, "Style", (STYLE,)
    )


def _iterate_item_operations(collection: Collection) -> Iterator[Operation]:
    items, item = _build_paths(collection)
    parameters, schema = build_items_parameters(collection), format_items_schema(collection)
    features = _build_read(
        collection, "getFeatures", items, collection.description, parameters, schema, ITEM_MEDIA_TYPES
    )
    yield replace(features, ranges=True)
    yield Operation(
        *(f"{collection.id}.getFeature", "get", item, collection.title, f"One {collection.item}"),
        *(ItemParameters, format_item_schema(collection), (GEOJSON, HTML)),
        # A proposed point is visible to its offices, so a request may carry a key, which may be invalid.
        fails=(401,) if collection.id == "points-of-entry" else (),
    )


def _build_read(
    collection: Collection,
    id_: str,
    path: str,
    summary: str,
    parameters: type[Parameters] | None,
    answer: str | None,
    gives: tuple[str, ...] = (JSON,),
    statuses: tuple[int, ...] = (200,),
) -> Operation:
    id_ = f"{collection.id}.{id_}"
    return Operation(id_, "get", path, collection.title, summary, parameters, answer, gives, statuses=statuses)


def _iterate_edits(collection: Collection) -> Iterator[Operation]:
    items, item = _build_paths(collection)
    removal = "Retire" if collection.identity is str else "Take back"
    name = format_item_schema(collection)
    feature = dict.fromkeys((GEOJSON, JSON), f"New{name}")
    changed = {**list_patch_types(f"{name}Change"), GEOJSON: f"{name}Change"}
    yield _build_edit(collection, "createFeature", "post", items, "Make", feature, (201, 202, 200))
    yield _build_edit(collection, "replaceFeature", "put", item, "Replace", feature)
    yield _build_edit(collection, "updateFeature", "patch", item, "Change", changed)
    yield _build_edit(collection, "deleteFeature", "delete", item, removal, {}, (200, 202, 204))


def _build_edit(
    collection: Collection,
    id_: str,
    method: Method,
    path: str,
    verb: str,
    takes: Mapping[str, str],
    statuses: tuple[int, ...] = (200, 202),
) -> Operation:
    return Operation(
        *(f"{collection.id}.{id_}", method, path, collection.title, f"{verb} a {collection.item}"),
        *(PatchParameters, "EditAnswer"),
        takes=takes,
        role="any",
        statuses=statuses,
        fails=(404, 409) if takes else (409,),
        headers=(*ONCE_HEADERS, "Content-Crs") if takes else ONCE_HEADERS,
    )


def _build_paths(collection: Collection) -> tuple[str, str]:
    """Build the paths of the items and of one item."""
    items = f"/collections/{collection.id}/items"
    return items, f"{items}/{{featureId}}"
