"""Reading: all features with the right types, in boxes and in other systems of coordinates."""

from checks import VERSION, check, run_checks
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QMetaType
from service import IN_SERBIA, count_items, first_items, get_json
from session import SERBIA, count_features, open_layer

COLLECTIONS = ("points-of-entry", "restrictions", "changes", "countries")
# By type and format of the schema; QGIS before 3.44 takes types from the values of the first ten features.
TYPES = {
    ("string", None): {"QString"},
    ("string", "date"): {"QDate"},
    ("string", "date-time"): {"QDateTime"},
    ("integer", None): {"int", "qlonglong"},
    ("number", None): {"double"},
    ("boolean", None): {"bool"},
    ("array", None): {"QStringList", "QVariantList"},
}
READS_SCHEMA = VERSION >= 344


def read_types(collection: str) -> dict[str, str]:
    fields = open_layer(collection).fields()
    return {field.name(): bytes(QMetaType(int(field.type())).name()).decode() for field in fields}


def expected_types(collection: str) -> dict[str, set[str]]:
    properties = get_json(f"/collections/{collection}/schema")["properties"]
    first = first_items(collection, 10)
    return {
        name: TYPES[each["type"], each.get("format")]
        for name, each in properties.items()
        if "type" in each and (READS_SCHEMA or any(item["properties"][name] not in (None, []) for item in first))
    }


@check("points, countries: all features are read")
def _() -> None:
    for collection in ("points-of-entry", "countries"):
        layer = open_layer(collection)
        assert count_features(layer) == layer.featureCount() == count_items(collection), collection


@check("all collections: fields have the types of the schema")
def _() -> None:
    for collection in COLLECTIONS:
        read = read_types(collection)
        wrong = {
            name: read.get(name) for name, types in expected_types(collection).items() if read.get(name) not in types
        }
        assert not wrong, (collection, wrong)


@check("changes: a week without any has all fields", since=344)
def _() -> None:
    assert count_items("changes") == 0
    assert {"code", "status_group", "status_group_before"} <= read_types("changes").keys()


@check("all collections: fields have the titles and definitions of the schema", since=344)
def _() -> None:
    for collection in COLLECTIONS:
        properties = get_json(f"/collections/{collection}/schema")["properties"]
        for field in open_layer(collection).fields():
            expected = (properties[field.name()]["title"], properties[field.name()]["description"])
            assert (field.alias(), field.comment()) == expected, field.name()


@check("a box: only its features are read, by one request for few")
def _() -> None:
    for collection in ("points-of-entry", "restrictions"):
        layer = open_layer(collection, restrictToRequestBBOX="1")
        assert count_features(layer, box=SERBIA) == count_items(collection, bbox=IN_SERBIA) > 0, collection


@check("a box with a filter: both hold")
def _() -> None:
    layer = open_layer("points-of-entry", restrictToRequestBBOX="1")
    found = count_features(layer, "\"poe_type\" = 'airport'", SERBIA)
    assert found == count_items("points-of-entry", bbox=IN_SERBIA, poe_type="airport") > 0


@check("other systems of coordinates: places are the same to a centimetre")
def _() -> None:
    degrees = {each["code"]: each.geometry().asPoint() for each in open_layer("points-of-entry").getFeatures()}
    for system in ("EPSG:3857", "EPSG:3035", "EPSG:32634", "EPSG:4326"):
        layer = open_layer("points-of-entry", parameters="?country=SRB", srsname=system)
        assert layer.crs().authid() == system
        there = QgsCoordinateReferenceSystem(system)
        moved = QgsCoordinateTransform(QgsCoordinateReferenceSystem("OGC:CRS84"), there, QgsProject.instance())
        tolerance = 1e-7 if there.isGeographic() else 0.01
        for feature in layer.getFeatures():
            expected = moved.transform(degrees[feature["code"]])
            assert expected.distance(feature.geometry().asPoint()) < tolerance, (system, feature["code"])


@check("a box in metres: the same features as in degrees")
def _() -> None:
    metres = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"), QgsCoordinateReferenceSystem("EPSG:3857"), QgsProject.instance()
    )
    box = metres.transformBoundingBox(QgsRectangle(SERBIA))
    layer = open_layer("points-of-entry", srsname="EPSG:3857", restrictToRequestBBOX="1")
    assert count_features(layer, box=box) == count_items("points-of-entry", bbox=IN_SERBIA)


if __name__ == "__main__":
    run_checks()
