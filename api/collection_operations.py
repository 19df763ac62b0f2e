"""What may be asked of a collection, under its literal path: QGIS and GDAL read its parameters from there."""

from collections.abc import Iterator
from typing import Literal, cast

from pydantic import Field

from api.collections import Collection
from api.formats.format import FORMATS
from api.operations import HTML, JSON, MVT, ONCE, PAGE, PATCHES, Method, Operation
from api.parameters import Clocks, ItemParameters, Parameters
from api.point_change import PatchParameters
from api.queryables import parameters_of
from api.receivables import EDITABLE
from api.representation import GEOJSON, SCHEMA, STYLE
from api.styles.basemap_layers import Language

QML = "application/vnd.qgis.qml"
SCHEMAS = {
    "queryables": "What can be filtered by",
    "sortables": "What can be sorted by",
    "schema": "What an item has, and what of it can be written",
    "item-schema": "What an item is as GeoJSON",
}
FEATURE = (GEOJSON, JSON)
TILES = (MVT, GEOJSON)
FORMS = tuple(dict.fromkeys(each.media_type for each in FORMATS.values()))


class TileClocks(Clocks):
    """What all tiles are asked by; the filters are those of the items."""

    f: Literal["mvt", "geojson"] | None = Field(None, description="Form of the tile.")  # type: ignore[assignment]


class StyleClocks(Clocks):
    """What all styles are asked by; the filters are those of the items."""

    lang: Language = Field("en", description="Language of the names of countries: en, fr, es or ar.")


def of_collection(collection: Collection) -> Iterator[Operation]:
    """Every operation on the collection and its items."""
    path, tag = f"/collections/{collection.id}", collection.title
    passing = "what the items take may be given, and is passed on in its links"
    yield Operation("get", path, tag, f"{collection.title}; {passing}", Parameters, PAGE)
    for name, summary in SCHEMAS.items():
        yield Operation("get", f"{path}/{name}", tag, summary, Parameters, (SCHEMA, HTML))
    tiles, narrowed = f"{path}/tiles", "every filter of the items applies"
    yield Operation("get", tiles, tag, "Sets of tiles", Parameters, PAGE)
    yield Operation("get", f"{tiles}/WebMercatorQuad", tag, "The set of tiles", Parameters)
    yield Operation("get", f"{tiles}/WebMercatorQuad/{{z}}/{{y}}/{{x}}", tag, f"A tile; {narrowed}", TileClocks, TILES)
    yield Operation("get", f"{tiles}/{{z}}/{{x}}/{{y}}.{{ending}}", tag, f"A tile; {narrowed}", TileClocks, TILES)
    yield Operation("get", f"{path}/tilejson", tag, f"TileJSON 3.0; {narrowed}", TileClocks)
    yield Operation(
        "get", f"/styles/{collection.id}", tag, f"Its style for web maps; {narrowed}", StyleClocks, (STYLE,)
    )
    yield Operation("get", f"/qgis/{collection.id}.qml", tag, "Its style for QGIS", None, (QML,))
    items, item = f"{path}/items", f"{path}/items/{{featureId}}"
    yield Operation("get", items, tag, collection.description, parameters_of(collection), FORMS)
    yield Operation("get", item, tag, f"One {collection.item}", ItemParameters, (GEOJSON, HTML))
    if collection.id in EDITABLE:
        yield from _edits(collection, items, item)


def _edits(collection: Collection, items: str, item: str) -> Iterator[Operation]:
    headers = (*ONCE, "Content-Crs")
    removed = "Retire" if collection.identity is str else "Take back"
    for method, path, verb, takes, status in (
        ("post", items, "Make", FEATURE, 201),
        ("put", item, "Replace", FEATURE, 200),
        ("patch", item, "Change", PATCHES, 200),
        ("delete", item, removed, (), 200),
    ):
        yield Operation(
            cast("Method", method),
            path,
            collection.title,
            f"{verb} a {collection.item}",
            PatchParameters,
            takes=cast("tuple[str, ...]", takes),
            role="any",
            status=status,
            headers=headers if takes else ONCE,
        )
