"""Schemas of GeoJSON features: items of each collection, tiles, crossings and nearest points."""

from sqlalchemy import literal

from api.collections import COLLECTIONS, Collection
from api.fields import Field, all_fields_of
from api.openapi.answers.documents import CLOCKS, LINKS
from api.openapi.json_schema import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    DATE,
    DATE_TIME,
    NUMBER,
    OF_KIND,
    OR_NULL,
    STRING,
    STRINGS,
    URI,
    Schema,
    array_of,
    extend,
    named,
    nullable,
    object_of,
    one_of,
    refer,
    refer_to_code,
)
from api.openapi.row_schemas import row_properties
from api.passing_points import NOT_TOLD
from models.codes import codes
from models.passing_points import PassingPoints
from models.question import Question
from models.time_axes import SINCE_EVER, Days

POSITION = array_of(NUMBER, minItems=2, maxItems=3)
COORDINATES = {
    "Point": POSITION,
    "MultiPoint": array_of(POSITION),
    "MultiPolygon": array_of(array_of(array_of(POSITION, minItems=4))),
}
FEATURE = {"type": one_of("Feature")}
COLLECTION = {"type": one_of("FeatureCollection")}
# Members of a whole file, which is one page, beside its features.
OF_A_FILE = {"name": STRING, "attribution": STRING, "license": STRING, "notice": STRING, "href": URI}


def feature_schemas() -> dict[str, Schema]:
    """Build the schemas by name; `item_schema` and `items_schema` name the schemas of a collection."""
    return {
        **{f"{name}Geometry": _geometry(name) for name in COORDINATES},
        **{f"{name}Geometry{OR_NULL}": nullable(_geometry(name)) for name in COORDINATES},
        **{item_schema(each): _item(each) for each in COLLECTIONS.values()},
        **{items_schema(each): _items(each) for each in COLLECTIONS.values()},
        **{f"New{item_schema(each)}": _written(each, whole=True) for each in COLLECTIONS.values()},
        **{f"{item_schema(each)}Change": _written(each, whole=False) for each in COLLECTIONS.values()},
        "TileFeatures": _tile(),
        "MeasureRow": _measure_row(),
        "PassingPoint": object_of(_passing_point()),
        "Crossings": _crossings(),
        "NearestPoints": _nearest(),
    }


def item_schema(collection: Collection) -> str:
    """Return the name of the schema of one item."""
    return "".join(word.capitalize() for word in collection.item.split())


def items_schema(collection: Collection) -> str:
    """Return the name of the schema of a page of items."""
    return f"{item_schema(collection)}Features"


def _geometry(name: str) -> Schema:
    return object_of({"type": one_of(name), "coordinates": COORDINATES[name]})


def _identity(collection: Collection) -> Schema:
    return OF_KIND["integer" if collection.identity is int else "string"]


def _item(collection: Collection) -> Schema:
    """Build the schema of an item. In a collection it has no `links`; `properties` in a request selects its members."""
    return object_of(
        {
            **FEATURE,
            "id": _identity(collection),
            "geometry": nullable(refer(f"{collection.geometry}Geometry")),
            "properties": _properties(collection),
            "links": LINKS,
        },
        optional=("links",),
    )


def _properties(collection: Collection) -> Schema:
    properties = {name: _value(field) for name, field in all_fields_of(collection).items()}
    return object_of(properties, optional=tuple(properties))


def _value(field: Field) -> Schema:
    if field.only_named:
        # A time without a time zone is invalid by RFC 3339.
        return nullable(STRING)
    if field.kind == "strings":
        return nullable(array_of(refer_to_code(field.codes) if field.codes else STRING))
    return nullable(refer_to_code(field.codes) if field.codes else OF_KIND[field.kind])


def _items(collection: Collection) -> Schema:
    page = {"numberMatched": COUNT, "numberReturned": COUNT, "timeStamp": DATE_TIME, "links": LINKS}
    features = {**COLLECTION, "features": array_of(refer(item_schema(collection)))}
    return extend(object_of(features), {**page, **CLOCKS, **OF_A_FILE}, optional=(*page, *OF_A_FILE))


def _written(collection: Collection, *, whole: bool) -> Schema:
    """Build the schema of a submitted feature. Values may be text or their own type, as in a submission."""
    properties = object_of(
        {name: {} for name in all_fields_of(collection)},
        optional=tuple(all_fields_of(collection)),
        nullable=True,
        additionalProperties=False,
    )
    # Shared by the whole feature and its change: QGIS reads the document for every layer.
    sent = named(f"Sent{item_schema(collection)}", properties)
    members = {**FEATURE, "geometry": nullable(refer("PointGeometry")), "properties": sent}
    return object_of(members, optional=() if whole else ("type", "geometry", "properties"))


def _tile() -> Schema:
    feature = {**FEATURE, "id": {}, "geometry": ANY_OBJECT, "properties": ANY_OBJECT}
    return object_of({**COLLECTION, "features": array_of(named("TileFeature", object_of(feature, optional=("id",))))})


def _measure_row() -> Schema:
    """Build the schema of one measure of a restriction, with the table's columns."""
    return object_of(
        {
            "measure": refer_to_code("measure"),
            "direction": refer_to_code("direction"),
            "traffic": refer_to_code("traffic"),
            "affected_populations": array_of(refer_to_code("affected_population")),
            "nationality_rule": refer_to_code("nationality_rule"),
            "nationalities": STRINGS,
            "is_exception": BOOLEAN,
            "comment": nullable(STRING),
        }
    )


def _passing_point() -> dict[str, Schema]:
    described = PassingPoints(Question(Days.on(SINCE_EVER)), literal("entry")).described()
    codes_of = {name: name for name in ("poe_type", "passable", "operational_status")} | {"last_known": "passable"}
    given = {"conditions": STRINGS, "measures": array_of(refer("MeasureRow")), "direction": one_of("entry", "exit")}
    return row_properties(
        described,
        codes=codes_of | {"confidence": "confidence"},
        given=given,
        without=NOT_TOLD,
        null=("last_known", "operational_status", "confidence", "source", "source_url", "comment", "announced_end"),
        never_null=("measures", "direction", "passable", "country_name"),
    )


def _crossings() -> Schema:
    point = _passing_point()
    # Members of a side whose country has no post in the register.
    missing = {"code", "name", "country", "passable", "last_known", "conditions"}
    members = {name: nullable(schema) if name in {"code", "name"} else schema for name, schema in point.items()}
    side = named("CrossingPost", object_of(members, optional=tuple(sorted(point.keys() - missing))))
    properties = {
        "name": STRING,
        "passable": refer_to_code("passable"),
        "last_known": nullable(refer_to_code("passable")),
        "conditions": point["conditions"],
        "pairing": one_of("counterpart", "nearest", "one_sided"),
        "distance_m": nullable(COUNT),
        "exit": side,
        "entry": side,
    }
    feature = {
        **FEATURE,
        "id": STRING,
        "geometry": refer("MultiPointGeometry"),
        "properties": object_of(properties),
    }
    level = {"country": STRING, "indicator": STRING, "level": COUNT, "label": STRING}
    return object_of(
        {
            **COLLECTION,
            "title": STRING,
            **dict.fromkeys(("from", "to", "from_name", "to_name"), STRING),
            "population": nullable(refer_to_code("affected_population")),
            "nationality": nullable(STRING),
            "max_age": COUNT,
            **CLOCKS,
            "numberReturned": COUNT,
            "passable": object_of(dict.fromkeys(codes("passable"), COUNT)),
            "share_a_land_border": BOOLEAN,
            "country_measure": nullable(object_of(level)),
            "border_control": nullable(_border_control()),
            "features": array_of(named("Crossing", object_of(feature))),
            "notes": STRINGS,
            "links": LINKS,
        }
    )


def _border_control() -> Schema:
    texts = dict.fromkeys(("country", "other_country", "indicator", "label", "source"), STRING)
    more = dict.fromkeys(("notifications", "comment", "source_url"), nullable(STRING))
    level = refer_to_code("internal_border_control")
    return object_of({**texts, **more, "level": level, "valid_from": DATE, "valid_to": nullable(DATE)})


def _nearest() -> Schema:
    properties = {"distance_m": COUNT, **_passing_point(), "international_travel": nullable(COUNT), "href": URI}
    feature = {**FEATURE, "id": STRING, "geometry": refer("PointGeometry"), "properties": object_of(properties)}
    return object_of(
        {
            **COLLECTION,
            "title": STRING,
            "lon": NUMBER,
            "lat": NUMBER,
            "population": nullable(refer_to_code("affected_population")),
            "nationality": nullable(STRING),
            "direction": one_of("entry", "exit"),
            "passable": array_of(refer_to_code("passable")),
            "within_m": nullable(NUMBER),
            "max_age": COUNT,
            **CLOCKS,
            "numberReturned": COUNT,
            "features": array_of(named("NearestPoint", object_of(feature))),
            "notes": STRINGS,
            "links": LINKS,
        }
    )
