"""Drawing: the project, the styles of layers and files, and the map style by its address."""

import subprocess
from pathlib import Path

from checks import check, run_checks
from open_project import colours, drawn
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from service import get_file, get_json
from session import ROOT, open_layer

FOLDER = Path("/tmp")  # noqa: S108 - in the chroot
RENDERERS = {"points-of-entry": "RuleRenderer", "restrictions": "RuleRenderer", "countries": "categorizedSymbol"}
WORLD = QgsRectangle(-20037508, -8399738, 20037508, 15538711)
NEAR_SERBIA = QgsRectangle(1_500_000, 4_700_000, 3_500_000, 6_700_000)
MIN_PIXELS = 20
MAX_ROUNDING = 2
DAY = "2020-06-20"


def group_colours(kind: str) -> dict[str, str]:
    """Return the colours of circles in the map style, by the id of their layer."""
    layers = get_json("/styles/points-of-entry")["layers"]
    return {
        layer["id"]: layer["paint"]["circle-color"]
        for layer in layers
        if layer["type"] == "circle" and ("gathered" in layer["id"]) is (kind == "gathered")
    }


def assert_drawn(expected: dict[str, str], found: dict[str, int]) -> None:
    missing = {name: colour for name, colour in expected.items() if count_pixels(found, colour) < MIN_PIXELS}
    assert not missing, (missing, sorted(found.items(), key=lambda each: -each[1])[:10])


def count_pixels(found: dict[str, int], colour: str) -> int:
    """Return how many pixels have the colour, but for the rounding of what is mixed."""

    def parts(text: str) -> list[int]:
        return list(bytes.fromhex(text.removeprefix("#")))

    def is_alike(other: str) -> bool:
        return all(abs(own - its) <= MAX_ROUNDING for own, its in zip(parts(colour), parts(other), strict=True))

    return sum(number for other, number in found.items() if is_alike(other))


def read_project() -> QgsProject:
    project = QgsProject.instance()
    path = get_file("/qgis/crossings.qgz", str(FOLDER / "crossings.qgz"))
    assert project.read(path), project.error()
    return project


@check("the project: four valid layers, three themes, a week for a step")
def _() -> None:
    project = read_project()
    layers = project.mapLayers().values()
    assert [layer.name() for layer in layers if not layer.isValid()] == []
    assert len(layers) == 4
    themes = {"Today", "Step through time", "Changes of the last week"}
    assert set(project.mapThemeCollection().mapThemes()) == themes
    assert project.timeSettings().timeStep() == 1


@check("the project is drawn without errors, each status group in its colour")
def _() -> None:
    found = drawn(read_project(), str(FOLDER / "project.png"))
    assert found["errors"] == []
    assert_drawn(group_colours("single"), found["colours"])


@check("the style of each collection fits its layer")
def _() -> None:
    for collection, renderer in RENDERERS.items():
        layer = open_layer(collection, parameters="?country=SRB")
        style = get_file(f"/qgis/{collection}.qml", str(FOLDER / f"{collection}.qml"))
        message, is_loaded = layer.loadNamedStyle(style)
        assert is_loaded, message
        assert layer.renderer().type() == renderer


def open_package(collection: str, *, styled: bool) -> QgsVectorLayer:
    path = FOLDER / f"{collection}.gpkg"
    get_file(f"/collections/{collection}/items?f=gpkg&country=SRB,BGR,ROU,HRV,HUN", str(path))
    options = QgsVectorLayer.LayerOptions(loadDefaultStyle=styled)
    layer = QgsVectorLayer(f"{path}|layername={collection.replace('-', '_')}", collection, "ogr", options)
    assert layer.isValid(), layer.error().message()
    return layer


@check("a GeoPackage opens in the style of the service")
def _() -> None:
    for collection, renderer in RENDERERS.items():
        layer = open_package(collection, styled=True)
        assert layer.renderer().type() == renderer, (collection, layer.renderer().type())
    picture = draw([open_package("points-of-entry", styled=True)], NEAR_SERBIA, "package")
    assert_drawn(group_colours("single"), picture)


@check("a GeoPackage has the titles of fields and the labels of codes")
def _() -> None:
    layer = open_package("points-of-entry", styled=False)
    properties = get_json("/collections/points-of-entry/schema")["properties"]
    titles = {name: each["title"] for name, each in properties.items() if "title" in each}
    for field in layer.fields():
        # GDAL leaves out a title that is the name but for capitals.
        if field.name().lower() != titles.get(field.name(), "fid").lower():
            assert field.alias() == titles[field.name()], field.name()
    assert "Airport" in str(layer.editorWidgetSetup(layer.fields().indexOf("poe_type")).config())


@check("a GeoPackage is valid by GDAL's validator")
def _() -> None:
    for collection in RENDERERS:
        path = FOLDER / f"{collection}.gpkg"
        command = ["python3", "-m", "osgeo_utils.samples.validate_gpkg", "-k", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr)[-800:]


def map_style_layer() -> QgsVectorTileLayer:
    source = QgsDataSourceUri()
    tiles = f"{ROOT}/collections/points-of-entry/tiles/{{z}}/{{x}}/{{y}}.mvt?datetime={DAY}"
    style = f"{ROOT}/styles/points-of-entry?datetime={DAY}"
    for name, value in {"type": "xyz", "url": tiles, "zmin": "0", "zmax": "12", "styleUrl": style}.items():
        source.setParam(name, value)
    layer = QgsVectorTileLayer(bytes(source.encodedUri()).decode(), "tiles")
    assert layer.isValid()
    message, is_loaded = layer.loadDefaultStyle()
    assert is_loaded, message
    return layer


def draw(layers: list, extent: QgsRectangle, name: str) -> dict[str, int]:
    """Return how many pixels there are of each colour."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setExtent(extent)
    settings.setOutputSize(QSize(1000, 700))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(FOLDER / f"{name}.png"))
    return colours(job.renderedImage())


@check("vector tiles with the map style: each status group in its colour, near and by far")
def _() -> None:
    layer = map_style_layer()
    assert_drawn(group_colours("single"), draw([layer], NEAR_SERBIA, "near"))
    # Gathered circles let a tenth of the water through.
    mixed = {name: blend(colour) for name, colour in group_colours("gathered").items() if "unknown" not in name}
    assert_drawn(mixed, draw([layer], WORLD, "world"))


def blend(colour: str, water: str = "#cfe1ec") -> str:
    pairs = ((int(colour[i : i + 2], 16), int(water[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(own * 0.9 + below * 0.1):02x}" for own, below in pairs)


if __name__ == "__main__":
    run_checks()
