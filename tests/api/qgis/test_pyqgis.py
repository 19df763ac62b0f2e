"""QGIS itself opens the running service: every layer with its types, the project as it is drawn, and the styles.

QGIS runs in the system's own Python, by the scripts in tests/pyqgis. Before version 3.44 it reads no schema: it knows
the fields and their types from the first ten features, and takes a field without a value in them for text, and a list
that is empty in all of them for nothing.
"""

import datetime as dt
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, fetch_source_id, record_status
from helpers.servers.clients import needs
from helpers.servers.service import build_environment, get_address, run_service
from helpers.shipped.register import read_shipped_countries, read_shipped_register
from sqlalchemy import insert, text

from api.collections.properties import CollectionProperty, get_default_properties
from api.collections.registry import COLLECTIONS
from api.database.engine import build_engine
from api.tiles.symbols import load_symbols
from models.recording.restrictions import MeasureRow
from models.tables.assessment import Assessment

PYTHON = "/usr/bin/python3"
QGIS = Path("/usr/lib/python3/dist-packages/qgis")
SCRIPTS = Path(__file__).parents[2] / "pyqgis"
PATIENCE_S = 300
pytestmark = needs("qgis.core")

TODAY = dt.datetime.now(dt.UTC).date()
AWKWARD = 'Traffic "as before" & <b>bold</b>; été, مغلق, 关闭\nsecond line'
NAME = "معبر 'الحدود' & <i>"
STATUSES = ("closed", "open", "commercial_traffic_only", "unknown")
KINDS = {
    "string": "String", "integer": "Integer", "number": "Real", "boolean": "Boolean",
    "date": "Date", "date-time": "DateTime", "strings": "StringList",
}  # fmt: skip
FIRST_POINTS = text("""
    SELECT point_of_entry_id FROM point_of_entry_version WHERE upper_inf(recorded_during) AND lifecycle = 'active'
    ORDER BY point_of_entry_id LIMIT 40
""")
Told = dict[str, Any]
Run = Callable[..., Any]


@pytest.fixture(scope="module")
async def restricted(copied: str) -> str:
    """The shipped data with records of the first 40 points, since three days ago and before, and an awkward point."""
    engine = build_engine(copied)
    async with engine.begin() as connection:
        points = (await connection.scalars(FIRST_POINTS)).all()
        for place, number in enumerate(points):
            await say_of(connection, number, STATUSES[place % len(STATUSES)])
            if place % 8 < len(STATUSES):
                await connection.execute(insert(Assessment).values(await looked_at(connection, number)))
        number = await add_poe(connection, "FJ-AWK", name=NAME, poe_type="internal_transit_point")
        await record_status(connection, number, "open", "2021-03-01", comment=AWKWARD)
    await engine.dispose()
    return copied


async def looked_at(connection: Any, number: int) -> dict[str, Any]:
    """An assessment so long ago that the report is old by now."""
    on = TODAY - dt.timedelta(days=40)
    known = {"assessed_on": on, "recorded_at": dt.datetime.now(dt.UTC), "source_id": await fetch_source_id(connection)}
    return {"point_of_entry_id": number} | known


async def say_of(connection: Any, number: int, status: str) -> None:
    """Two records that meet, so that the last day of one is the day before the first of the other."""
    measures = [MeasureRow("mandatory_quarantine", affected_populations=("nationals", "tourists"))]
    since, until = TODAY - dt.timedelta(days=3), TODAY + dt.timedelta(days=30)
    told = {"comment": AWKWARD, "announced_end": until, "source_url": "https://example.org/?a=1&b='2'"}
    await record_status(connection, number, status, since.isoformat(), until.isoformat(), measures=measures, **told)
    await record_status(connection, number, "partially_operational", "2021-01-04", since.isoformat(), measures=measures)


@pytest.fixture(scope="module")
def service(restricted: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    started = build_environment(str(tmp_path_factory.mktemp("service")), DATABASE_URL=restricted)
    with run_service(started):
        yield get_address(started)


@pytest.fixture(scope="module")
def qgis(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a script with a profile of its own and gives what it tells."""
    profile = tmp_path_factory.mktemp("profile")
    own = {"QT_QPA_PLATFORM": "offscreen", "QGIS_CUSTOM_CONFIG_PATH": str(profile), "HOME": str(profile)}
    own |= {"XDG_RUNTIME_DIR": str(profile)}

    def run(script: str, *arguments: str) -> Any:
        command = [PYTHON, "-B", str(SCRIPTS / script), *arguments]
        done = subprocess.run(
            command, env=os.environ | own, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def layers(qgis: Run, service: str) -> dict[str, Told]:
    """What QGIS reads of every collection."""
    found: dict[str, Told] = qgis("read_layers.py", service, *COLLECTIONS)
    return found


@pytest.fixture(scope="module")
def project_path(service: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    return downloaded(f"{service}/qgis/crossings.qgz", tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def project(qgis: Run, project_path: str) -> Told:
    """What QGIS finds in the project, and the colours it is drawn in; the picture is beside it."""
    found: Told = qgis("open_project.py", project_path, project_path.replace(".qgz", ".png"))
    return found


def downloaded(address: str, directory: Path) -> str:
    path = directory / httpx.URL(address).path.rpartition("/")[2]
    path.write_bytes(httpx.get(address, timeout=PATIENCE_S).raise_for_status().content)
    return str(path)


def features(service: str, collection: str) -> list[Told]:
    """The properties of all features, as the service says them."""
    address: str | None = f"{service}/collections/{collection}/items?limit=10000"
    found = []
    while address:
        page = httpx.get(address, timeout=PATIENCE_S).raise_for_status().json()
        found += [feature["properties"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    return found


def is_known(field: CollectionProperty, first_features: list[Told]) -> bool:
    return any(properties[field.name] is not None for properties in first_features)


@pytest.mark.parametrize(
    ("collection", "count"),
    [
        ("points-of-entry", len(read_shipped_register()) + 1),
        ("restrictions", 81),
        ("changes", 40),
        ("countries", len(read_shipped_countries())),
    ],
)
def test_qgis_reads_every_feature_there_is(layers: dict[str, Told], collection: str, count: int) -> None:
    layer = layers[collection]
    assert layer["is_valid"]
    assert (layer["count"], len(layer["features"]), layer["without_place"]) == (count, count, 0)


def test_qgis_reads_no_feature_twice(layers: dict[str, Told]) -> None:
    for collection, key in (("points-of-entry", "code"), ("restrictions", "record"), ("countries", "iso3")):
        read = [feature[key] for feature in layers[collection]["features"]]
        assert len(set(read)) == len(read)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_qgis_knows_place_and_kind_of_geometry(layers: dict[str, Told], collection: str) -> None:
    layer = layers[collection]
    assert layer["geometry"] == COLLECTIONS[collection].geometry
    assert layer["crs"] in {"EPSG:4326", "OGC:CRS84"}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_qgis_knows_the_type_of_every_field_that_the_first_features_have(
    layers: dict[str, Told], service: str, collection: str
) -> None:
    first = features(service, collection)[:10]
    types = layers[collection]["types"]
    fields = get_default_properties(COLLECTIONS[collection]).values()
    expected = {field.name: KINDS[field.kind] if is_known(field, first) else "String" for field in fields}
    assert {name: types[name] for name in expected} == expected


def test_days_are_days_and_moments_are_moments_to_qgis(layers: dict[str, Told]) -> None:
    types = layers["restrictions"]["types"]
    found = {name: types[name] for name in ("announced_end", "valid_from", "valid_to", "recorded_from")}
    assert found == {"announced_end": "Date", "valid_from": "Date", "valid_to": "Date", "recorded_from": "DateTime"}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_qgis_reads_every_value_of_the_service(layers: dict[str, Told], service: str, collection: str) -> None:
    kinds = {field.name: field.kind for field in get_default_properties(COLLECTIONS[collection]).values()}
    key = next(iter(kinds))
    read = {feature[key]: feature for feature in layers[collection]["features"]}
    types = layers[collection]["types"]
    for properties in features(service, collection):
        for name in (name for name, kind in kinds.items() if kind != "date-time"):
            said = properties[name]
            as_read = str(said) if types[name] == "String" and said is not None else said
            assert read[properties[key]][name] == as_read, (properties[key], name)


def test_awkward_texts_come_to_qgis_as_they_were_sent(layers: dict[str, Told]) -> None:
    awkward = next(feature for feature in layers["points-of-entry"]["features"] if feature["code"] == "FJ-AWK")
    assert (awkward["name"], awkward["comment"]) == (NAME, AWKWARD)


def test_project_opens_with_every_layer(project: Told) -> None:
    assert project["is_read"]
    assert (project["title"], project["crs"]) == ("Crossings", "EPSG:3857")
    assert [layer["title"] for layer in project["layers"].values()] == [
        "Points of entry",
        "Changes",
        "Restrictions",
        "Countries, territories and areas",
    ]
    assert all(layer["is_valid"] and layer["provider"] == "OAPIF" for layer in project["layers"].values())


def test_project_opens_with_today_over_the_countries(project: Told) -> None:
    assert project["visible"] == ["crossings_points_of_entry", "crossings_countries"]


def test_project_has_a_view_for_each_question(project: Told) -> None:
    assert {name: sorted(layers) for name, layers in project["views"].items()} == {
        "Today": ["crossings_countries", "crossings_points_of_entry"],
        "Step through time": ["crossings_countries", "crossings_restrictions"],
        "Changes of the last week": ["crossings_changes", "crossings_countries"],
    }


def test_project_is_drawn_in_the_colours_of_the_definition(project: Told) -> None:
    assert project["errors"] == []
    drawn = project["colours"]
    for category in (*load_symbols().status_groups, load_symbols().no_level):
        assert drawn.get(category.colour, 0) > 20, category.label
    assert drawn.get(load_symbols().not_assessed.line, 0) > 20
    for group in load_symbols().status_groups:
        assert drawn.get(group.tint, 0) > 5, group.label
    assert drawn["#ffffff"] < sum(drawn.values()) * 0.8


def test_records_step_through_time_in_qgis_week_by_week(project: Told, project_path: str) -> None:
    restrictions = project["layers"]["crossings_restrictions"]
    assert restrictions["is_temporal"]
    assert (restrictions["start_field"], restrictions["end_field"]) == ("start_datetime", "end_datetime")
    weeks = 5
    assert project["step"] == [1, weeks]
    # Not TODAY: a run that goes over midnight downloads the project on the day after.
    made_on = dt.datetime.fromtimestamp(Path(project_path).stat().st_mtime, dt.UTC).date()
    assert (project["begins"], project["ends"]) == ("2021-01-04", (made_on + dt.timedelta(days=1)).isoformat())
    assert not any(layer["is_temporal"] for layer in project["layers"].values() if layer != restrictions)


def test_each_step_shows_the_records_of_its_days_and_no_others(qgis: Run, project_path: str) -> None:
    change = TODAY - dt.timedelta(days=3)
    days = [dt.date(2021, 1, 3), dt.date(2021, 1, 4), change - dt.timedelta(days=1), change, TODAY]
    steps = [f"{day}/{day + dt.timedelta(days=1)}" for day in days]
    weeks = [f"{change - dt.timedelta(days=7)}/{change}", f"{change}/{change + dt.timedelta(days=7)}"]
    assert qgis("step_through.py", project_path, *steps, *weeks) == dict(
        zip([*steps, *weeks], [0, 40, 41, 41, 41, 41, 41], strict=True)
    )


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_layers_have_title_and_attribution(project: Told, service: str, collection: str) -> None:
    layer = project["layers"][f"crossings_{collection.replace('-', '_')}"]
    assert "do not imply official endorsement" in layer["abstract"]
    assert "do not imply official endorsement" in layer["rights"][0]
    assert "OurAirports" in layer["attribution"]
    assert layer["licences"] == [f"Of each source, as listed at {service}/sources"]
    assert f"{service}/collections/{collection}" in layer["links"]
    assert "points of entry" in layer["keywords"]
    assert len(layer["box"]) == 1
    for field in get_default_properties(COLLECTIONS[collection]).values():
        assert layer["aliases"][field.name] == field.title
        assert field.description in layer["abstract"]


RENDERERS = {"Point": "RuleRenderer", "MultiPolygon": "categorizedSymbol"}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_style_fits_a_downloaded_geopackage(qgis: Run, service: str, collection: str, tmp_path: Path) -> None:
    style = downloaded(f"{service}/qgis/{collection}.qml", tmp_path)
    package = tmp_path / "layer.gpkg"
    package.write_bytes(httpx.get(f"{service}/collections/{collection}/items?f=gpkg", timeout=PATIENCE_S).content)
    found = qgis("load_style.py", style, str(package), "ogr")
    # QGIS takes the style that the GeoPackage carries, which is the same one.
    assert (found["is_loaded"], found["message"]) == (True, "Loaded from Provider")
    assert found["renderer"] == RENDERERS[COLLECTIONS[collection].geometry]
    assert found["drawn"] == len(features(service, collection))
    assert found["is_temporal"] == (collection == "restrictions")
    assert found["aliases"]["name"] == "Name"


def test_style_fits_the_layer_of_the_service(qgis: Run, service: str, tmp_path: Path) -> None:
    style = downloaded(f"{service}/qgis/points-of-entry.qml", tmp_path)
    found = qgis("load_style.py", style, f"url='{service}/' typename='points-of-entry'", "OAPIF")
    assert (found["is_loaded"], found["renderer"]) == (True, "RuleRenderer")
    assert found["drawn"] == len(read_shipped_register()) + 1
    assert "status_group" in found["choices"]
