"""Schemas of GeoJSON features: items of each collection, tiles, crossings and nearest points."""

from sqlalchemy import literal

from api.analysis.passability import EXCLUDED_COLUMNS
from api.collections.operations import format_item_schema, format_items_schema
from api.collections.properties import CollectionProperty, get_properties
from api.collections.registry import COLLECTIONS, Collection
from api.openapi.answers.documents import CLOCKS, LINKS
from api.openapi.json_schema import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    DATE,
    DATE_TIME,
    NULLABLE_SUFFIX,
    NUMBER,
    SCHEMAS_BY_KIND,
    STRING,
    STRINGS,
    URI,
    Schema,
    allow_null,
    assign_name,
    build_array,
    build_enum,
    build_object,
    extend_object,
    refer_to_code,
    refer_to_schema,
)
from api.openapi.row_schemas import build_row_properties
from models.analysis.passability_query import PassabilityQuery
from models.codes import list_codes
from models.queries.filters import PointFilter
from models.tables.bitemporal import BEGINNING_OF_TIME, Days

POSITION = build_array(NUMBER, minItems=2, maxItems=3)
COORDINATES = {
    "Point": POSITION,
    "MultiPoint": build_array(POSITION),
    "MultiPolygon": build_array(build_array(build_array(POSITION, minItems=4))),
}
FEATURE = {"type": build_enum("Feature")}
COLLECTION = {"type": build_enum("FeatureCollection")}
# Members of a whole file, which is one page, beside its features.
FILE_MEMBERS = {"name": STRING, "attribution": STRING, "license": STRING, "notice": STRING, "href": URI}


def build_feature_schemas() -> dict[str, Schema]:
    """Build the schemas by name; `format_item_schema` and `format_items_schema` name the schemas of a collection."""
    return {
        **{f"{name}Geometry": _build_geometry(name) for name in COORDINATES},
        **{f"{name}Geometry{NULLABLE_SUFFIX}": allow_null(_build_geometry(name)) for name in COORDINATES},
        **{format_item_schema(each): _build_item(each) for each in COLLECTIONS.values()},
        **{format_items_schema(each): _build_items(each) for each in COLLECTIONS.values()},
        **{f"New{format_item_schema(each)}": _build_sent_feature(each, whole=True) for each in COLLECTIONS.values()},
        **{
            f"{format_item_schema(each)}Change": _build_sent_feature(each, whole=False) for each in COLLECTIONS.values()
        },
        "TileFeatures": _build_tile(),
        "MeasureRow": _build_measure_row(),
        "PassingPoint": build_object(_build_passing_point()),
        "Crossings": _build_crossings(),
        "NearestPoints": _build_nearest(),
    }


def _build_geometry(name: str) -> Schema:
    return build_object({"type": build_enum(name), "coordinates": COORDINATES[name]})


def _build_identity(collection: Collection) -> Schema:
    return SCHEMAS_BY_KIND["integer" if collection.identity is int else "string"]


def _build_item(collection: Collection) -> Schema:
    """Build the schema of an item. In a collection it has no `links`; `properties` in a request selects its members."""
    return build_object(
        {
            **FEATURE,
            "id": _build_identity(collection),
            "geometry": allow_null(refer_to_schema(f"{collection.geometry}Geometry")),
            "properties": _build_properties(collection),
            "links": LINKS,
        },
        optional=("links",),
    )


def _build_properties(collection: Collection) -> Schema:
    properties = {name: _build_value(field) for name, field in get_properties(collection).items()}
    return build_object(properties, optional=tuple(properties))


def _build_value(field: CollectionProperty) -> Schema:
    if field.only_named:
        # A time without a time zone is invalid by RFC 3339.
        return allow_null(STRING)
    if field.kind == "strings":
        return allow_null(build_array(refer_to_code(field.codes) if field.codes else STRING))
    return allow_null(refer_to_code(field.codes) if field.codes else SCHEMAS_BY_KIND[field.kind])


def _build_items(collection: Collection) -> Schema:
    page = {"numberMatched": COUNT, "numberReturned": COUNT, "timeStamp": DATE_TIME, "links": LINKS}
    features = {**COLLECTION, "features": build_array(refer_to_schema(format_item_schema(collection)))}
    return extend_object(build_object(features), {**page, **CLOCKS, **FILE_MEMBERS}, optional=(*page, *FILE_MEMBERS))


def _build_sent_feature(collection: Collection, *, whole: bool) -> Schema:
    """Build the schema of a submitted feature. Values may be text or their own type, as in a submission."""
    properties = build_object(
        {name: {} for name in get_properties(collection)},
        optional=tuple(get_properties(collection)),
        nullable=True,
        additionalProperties=False,
    )
    # Shared by the whole feature and its change: QGIS reads the document for every layer.
    sent = assign_name(f"Sent{format_item_schema(collection)}", properties)
    members = {**FEATURE, "geometry": allow_null(refer_to_schema("PointGeometry")), "properties": sent}
    return build_object(members, optional=() if whole else ("type", "geometry", "properties"))


def _build_tile() -> Schema:
    feature = {**FEATURE, "id": {}, "geometry": ANY_OBJECT, "properties": ANY_OBJECT}
    return build_object(
        {**COLLECTION, "features": build_array(assign_name("TileFeature", build_object(feature, optional=("id",))))}
    )


def _build_measure_row() -> Schema:
    """Build the schema of one measure of a restriction, with the table's columns."""
    return build_object(
        {
            "measure": refer_to_code("measure"),
            "direction": refer_to_code("direction"),
            "traffic": refer_to_code("traffic"),
            "affected_populations": build_array(refer_to_code("affected_population")),
            "nationality_rule": refer_to_code("nationality_rule"),
            "nationalities": STRINGS,
            "is_exception": BOOLEAN,
            "comment": allow_null(STRING),
        }
    )


def _build_passing_point() -> dict[str, Schema]:
    described = PassabilityQuery(PointFilter(Days.on(BEGINNING_OF_TIME)), literal("entry")).select_described()
    codes_of = {name: name for name in ("poe_type", "passable", "operational_status")} | {"last_known": "passable"}
    given = {
        "conditions": STRINGS,
        "measures": build_array(refer_to_schema("MeasureRow")),
        "direction": build_enum("entry", "exit"),
    }
    return build_row_properties(
        described,
        codes=codes_of | {"confidence": "confidence"},
        given=given,
        without=EXCLUDED_COLUMNS,
        null=("last_known", "operational_status", "confidence", "source", "source_url", "comment", "announced_end"),
        never_null=("measures", "direction", "passable", "country_name"),
    )


def _build_crossings() -> Schema:
    point = _build_passing_point()
    # Members of a side whose country has no post in the register.
    missing = {"code", "name", "country", "passable", "last_known", "conditions"}
    members = {name: allow_null(schema) if name in {"code", "name"} else schema for name, schema in point.items()}
    side = assign_name("CrossingPost", build_object(members, optional=tuple(sorted(point.keys() - missing))))
    properties = {
        "name": STRING,
        "passable": refer_to_code("passable"),
        "last_known": allow_null(refer_to_code("passable")),
        "conditions": point["conditions"],
        "pairing": build_enum("counterpart", "nearest", "one_sided"),
        "distance_m": allow_null(COUNT),
        "exit": side,
        "entry": side,
    }
    feature = {
        **FEATURE,
        "id": STRING,
        "geometry": refer_to_schema("MultiPointGeometry"),
        "properties": build_object(properties),
    }
    level = {"country": STRING, "indicator": STRING, "level": COUNT, "label": STRING}
    return build_object(
        {
            **COLLECTION,
            "title": STRING,
            **dict.fromkeys(("from", "to", "from_name", "to_name"), STRING),
            "population": allow_null(refer_to_code("affected_population")),
            "nationality": allow_null(STRING),
            "max_age": COUNT,
            **CLOCKS,
            "numberReturned": COUNT,
            "passable": build_object(dict.fromkeys(list_codes("passable"), COUNT)),
            "share_a_land_border": BOOLEAN,
            "country_measure": allow_null(build_object(level)),
            "border_control": allow_null(_build_border_control()),
            "features": build_array(assign_name("Crossing", build_object(feature))),
            "notes": STRINGS,
            "links": LINKS,
        }
    )


def _build_border_control() -> Schema:
    texts = dict.fromkeys(("country", "other_country", "indicator", "label", "source"), STRING)
    more = dict.fromkeys(("notifications", "comment", "source_url"), allow_null(STRING))
    level = refer_to_code("internal_border_control")
    return build_object({**texts, **more, "level": level, "valid_from": DATE, "valid_to": allow_null(DATE)})


def _build_nearest() -> Schema:
    properties = {"distance_m": COUNT, **_build_passing_point(), "international_travel": allow_null(COUNT), "href": URI}
    feature = {
        **FEATURE,
        "id": STRING,
        "geometry": refer_to_schema("PointGeometry"),
        "properties": build_object(properties),
    }
    return build_object(
        {
            **COLLECTION,
            "title": STRING,
            "lon": NUMBER,
            "lat": NUMBER,
            "population": allow_null(refer_to_code("affected_population")),
            "nationality": allow_null(STRING),
            "direction": build_enum("entry", "exit"),
            "passable": build_array(refer_to_code("passable")),
            "within_m": allow_null(NUMBER),
            "max_age": COUNT,
            **CLOCKS,
            "numberReturned": COUNT,
            "features": build_array(assign_name("NearestPoint", build_object(feature))),
            "notes": STRINGS,
            "links": LINKS,
        }
    )
