"""Editing with an office's key: what QGIS reports as done was done, once; without a key there are no tools."""

from typing import Any

from checks import VERSION, check, run_checks
from qgis.core import (
    QgsDataSourceUri,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorDataProvider,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QUrl
from service import first_items, get_file, get_json
from session import KEY, open_layer

POINT = "OA-4610"
# Another for each QGIS: what one version added is there when the next is run.
NAME = f"Ivanjica bus station {VERSION}"
DECREE = f"Decree {VERSION}"
WRONG_KEY = f"crossings_{'0' * 8}_{'0' * 43}"
EDITS = (
    QgsVectorDataProvider.AddFeatures
    | QgsVectorDataProvider.DeleteFeatures
    | QgsVectorDataProvider.ChangeAttributeValues
    | QgsVectorDataProvider.ChangeGeometries
)


def edit_tools(layer: QgsVectorLayer) -> Any:
    return layer.dataProvider().capabilities() & EDITS


def proposals() -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = get_json("/points-of-entry/proposed", with_key=True)["points"]
    return [point for point in points if point["name"].startswith(NAME)]


def restrictions() -> list[dict[str, Any]]:
    return [each["properties"] for each in first_items("restrictions", 100, code=POINT, datetime="2021-01-01/..")]


def add_feature(layer: QgsVectorLayer, place: QgsPointXY | None, **values: Any) -> None:
    feature = QgsFeature(layer.fields())
    for name, value in values.items():
        feature[name] = value
    if place:
        feature.setGeometry(QgsGeometry.fromPointXY(place))
    layer.startEditing()
    assert layer.addFeature(feature)
    commit(layer)


def commit(layer: QgsVectorLayer) -> None:
    assert layer.commitChanges(), layer.commitErrors()


def find_feature(layer: QgsVectorLayer, name: str, value: Any) -> QgsFeature:
    return next(feature for feature in layer.getFeatures() if feature[name] == value)


def change(layer: QgsVectorLayer, feature: QgsFeature, **values: Any) -> bool:
    layer.startEditing()
    for name, value in values.items():
        layer.changeAttributeValue(feature.id(), layer.fields().indexOf(name), value)
    return bool(layer.commitChanges())


def add_point(layer: QgsVectorLayer) -> None:
    values = {"name": NAME, "poe_type": "internal_transit_point", "country": "SRB"}
    add_feature(layer, QgsPointXY(20.2, 43.6), **values)


@check("no key, or a wrong one: layers have no edit tools")
def _() -> None:
    for key in (None, WRONG_KEY):
        for collection in ("points-of-entry", "restrictions"):
            assert not edit_tools(open_layer(collection, key=key)), (collection, key)


@check("an office's key: points and restrictions have all edit tools, changes and countries none")
def _() -> None:
    for collection in ("points-of-entry", "restrictions"):
        for method in ("Basic", "APIHeader"):
            assert edit_tools(open_layer(collection, key=KEY, method=method)) == EDITS, (collection, method)
    for collection in ("changes", "countries"):
        assert not edit_tools(open_layer(collection, key=KEY)), collection


# The proposals are seen by the key that added them, as long as the layer is open.
own: dict[str, QgsVectorLayer] = {}


@check("a point is added, and said to be added")
def _() -> None:
    own["points"] = open_layer("points-of-entry", key=KEY, parameters="?country=SRB")
    add_point(own["points"])
    assert len(proposals()) == 1


@check("the same point added again is the point that was added")
def _() -> None:
    add_point(open_layer("points-of-entry", key=KEY, parameters="?country=SRB"))
    assert len(proposals()) == 1, proposals()


@check("the point that was added is moved and renamed, then deleted")
def _() -> None:
    layer = own["points"]
    feature = find_feature(layer, "name", NAME)
    layer.startEditing()
    layer.changeGeometry(feature.id(), QgsGeometry.fromPointXY(QgsPointXY(20.25, 43.58)))
    layer.changeAttributeValue(feature.id(), layer.fields().indexOf("name"), f"{NAME} 2")
    commit(layer)
    (point,) = proposals()
    assert (point["name"], point["longitude"], point["latitude"]) == (f"{NAME} 2", 20.25, 43.58)
    layer.startEditing()
    layer.deleteFeature(feature.id())
    commit(layer)
    assert proposals() == []


@check("a public point is renamed")
def _() -> None:
    layer = open_layer("points-of-entry", key=KEY, parameters="?country=SRB")
    feature = find_feature(layer, "code", POINT)
    assert change(layer, feature, name="Beograd"), layer.commitErrors()
    assert get_json(f"/collections/points-of-entry/items/{POINT}")["properties"]["name"] == "Beograd"


def project_query() -> str:
    """Return the query that the service's project has in the address of its restrictions."""
    project = QgsProject()
    assert project.read(get_file("/qgis/crossings.qgz", "/tmp/crossings.qgz"))  # noqa: S108 - in the chroot
    address = QgsDataSourceUri(project.mapLayer("crossings_restrictions").source()).param("url")
    return f"?{QUrl(address).query()}"


@check("a restriction is added, and said to be added")
def _() -> None:
    own["restrictions"] = open_layer("restrictions", key=KEY, parameters=f"{project_query()}&code={POINT}")
    values = {"code": POINT, "operational_status": "closed", "valid_from": "2021-03-01", "comment": DECREE}
    add_feature(own["restrictions"], QgsPointXY(20.3, 44.8), **values)
    assert [each["valid_from"] for each in restrictions() if each["comment"] == DECREE] == ["2021-03-01"]


@check("a restriction is changed: status, last day and measures")
def _() -> None:
    layer = own["restrictions"]
    feature = find_feature(layer, "comment", DECREE)
    changed = {"operational_status": "closed_for_entry", "valid_to": "2021-05-01", "measures": ["mandatory_quarantine"]}
    assert change(layer, feature, **changed), layer.commitErrors()
    (found,) = (each for each in restrictions() if each["comment"] == DECREE)
    assert {name: found[name] for name in changed} == changed


@check("a restriction is deleted")
def _() -> None:
    layer = own["restrictions"]
    layer.startEditing()
    layer.deleteFeature(find_feature(layer, "comment", DECREE).id())
    commit(layer)
    assert not [each for each in restrictions() if each["comment"] == DECREE]


@check("a point of another country is not changed, and QGIS says so")
def _() -> None:
    layer = open_layer("points-of-entry", key=KEY, parameters="?country=BGR")
    feature = next(layer.getFeatures())
    assert not change(layer, feature, name="Elsewhere")
    assert layer.commitErrors()
    layer.rollBack()
    path = f"/collections/points-of-entry/items/{feature['code']}"
    assert get_json(path)["properties"]["name"] == feature["name"]


if __name__ == "__main__":
    run_checks()
