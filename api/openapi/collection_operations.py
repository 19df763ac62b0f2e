"""Operations of each collection under its literal path, from which QGIS and GDAL read its parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from api.collections import Collection
from api.formats.format import FORMATS
from api.openapi.answers.features import item_schema, items_schema
from api.openapi.office_operations import ONCE, patches
from api.openapi.operation import HTML, JSON, Method, Operation
from api.openapi.reading_operations import MVT, PAGE, PASSED_ON
from api.parameters import Clocks, ItemParameters, Parameters
from api.point_change import PatchParameters
from api.queryables import parameters_of
from api.receivables import EDITABLE
from api.representation import GEOJSON, SCHEMA, STYLE
from api.styles.basemap_layers import Language

QML = "application/vnd.qgis.qml"
SCHEMAS = {
    "queryables": ("getQueryables", "What can be filtered by"),
    "sortables": ("getSortables", "What can be sorted by"),
    "schema": ("getSchema", "What an item has, and what of it can be written"),
    "item-schema": ("getItemSchema", "What an item is as GeoJSON"),
}
TILES = (MVT, GEOJSON)
FORMS = tuple(dict.fromkeys(each.media_type for each in FORMATS.values()))
# Prefix of the operationIds that OGC API - Tiles Part 1 requires (requirement /req/oas30/operation-id).
OF_TILES = "collection.vector"


class TileClocks(Clocks):
    """Parameters that all tiles have, beside the filters of the items."""

    f: Literal["mvt", "geojson"] | None = Field(None, description="Form of the tile.")  # type: ignore[assignment]


class TileJsonClocks(Clocks):
    """Parameters that all TileJSON documents have, beside the filters of the items."""

    f: Literal["mvt", "geojson"] | None = Field(None, description="Form of the tiles.")  # type: ignore[assignment]


class StyleClocks(Clocks):
    """Parameters that all styles have, beside the filters of the items."""

    f: Literal["json"] | None = Field(None, description="Representation of the answer.")
    lang: Language = Field("en", description="Language of the names of countries: en, fr, es or ar.")


def of_collection(collection: Collection) -> Iterator[Operation]:
    """Iterate over every operation on the collection and its items."""
    yield from _descriptions(collection)
    yield from _tiles(collection)
    yield from _items(collection)
    if collection.id in EDITABLE:
        yield from _edits(collection)


def _descriptions(collection: Collection) -> Iterator[Operation]:
    path = f"/collections/{collection.id}"
    title = f"{collection.title}; {PASSED_ON}"
    yield _get(collection, "getCollection", path, title, Parameters, "Collection", PAGE)
    for name, (id_, summary) in SCHEMAS.items():
        yield _get(collection, id_, f"{path}/{name}", summary, Parameters, "JsonSchema", (SCHEMA, HTML))
    yield _get(collection, "getQgisStyle", f"/qgis/{collection.id}.qml", "Its style for QGIS", None, None, (QML,))


def _tiles(collection: Collection) -> Iterator[Operation]:
    path, narrowed = f"/collections/{collection.id}", "every filter of the items applies"
    tiles, tile, found = f"{path}/tiles", f"A tile; {narrowed}", (200, 204)
    quad, xyz = f"{tiles}/WebMercatorQuad", f"{tiles}/{{z}}/{{x}}/{{y}}.{{ending}}"
    yield _get(collection, f"{OF_TILES}.getTileSetsList", tiles, "Sets of tiles", Parameters, "TileSetList", PAGE)
    yield _get(collection, f"{OF_TILES}.getTileSet", quad, "The set of tiles", Parameters, "TileSet")
    one = f"{quad}/{{z}}/{{y}}/{{x}}"
    yield _get(collection, f"{OF_TILES}.getTile", one, tile, TileClocks, "TileFeatures", TILES, found)
    yield _get(collection, "getTileByEnding", xyz, tile, TileClocks, "TileFeatures", TILES, found)
    described = f"TileJSON 3.0; {narrowed}"
    yield _get(collection, "getTileJson", f"{path}/tilejson", described, TileJsonClocks, "TileJson")
    style = f"Its style for web maps; {narrowed}"
    yield _get(collection, "getStyle", f"/styles/{collection.id}", style, StyleClocks, "Style", (STYLE,))


def _items(collection: Collection) -> Iterator[Operation]:
    items, item = _paths(collection)
    parameters, schema = parameters_of(collection), items_schema(collection)
    features = _get(collection, "getFeatures", items, collection.description, parameters, schema, FORMS)
    yield replace(features, ranges=True)
    yield Operation(
        *(f"{collection.id}.getFeature", "get", item, collection.title, f"One {collection.item}"),
        *(ItemParameters, item_schema(collection), (GEOJSON, HTML)),
        # A proposed point is visible to its offices, so a request may carry a key, which may be invalid.
        fails=(401,) if collection.id == "points-of-entry" else (),
    )


def _get(
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


def _edits(collection: Collection) -> Iterator[Operation]:
    items, item = _paths(collection)
    removal = "Retire" if collection.identity is str else "Take back"
    name = item_schema(collection)
    feature = dict.fromkeys((GEOJSON, JSON), f"New{name}")
    changed = {**patches(f"{name}Change"), GEOJSON: f"{name}Change"}
    yield _edit(collection, "createFeature", "post", items, "Make", feature, (201, 202, 200))
    yield _edit(collection, "replaceFeature", "put", item, "Replace", feature)
    yield _edit(collection, "updateFeature", "patch", item, "Change", changed)
    yield _edit(collection, "deleteFeature", "delete", item, removal, {}, (200, 202, 204))


def _edit(
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
        headers=(*ONCE, "Content-Crs") if takes else ONCE,
    )


def _paths(collection: Collection) -> tuple[str, str]:
    """Build the paths of the items and of one item."""
    items = f"/collections/{collection.id}/items"
    return items, f"{items}/{{featureId}}"
