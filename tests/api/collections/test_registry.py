"""Registry of collections: an entry is the only place that names the collection's id."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.collections.collection import Collection, PlainSymbol
from api.collections.properties import get_id_property, get_properties
from api.collections.registry import COLLECTIONS
from api.tiles.fields import get_tile_properties

ROOT = Path(__file__).parents[3]
DEFINITIONS, REGISTRY = ROOT / "api/collections/definitions", ROOT / "api/collections/registry.py"
# Rooms that interpret the entries. In the answers of openapi, `restrictions` is a member of a point's history.
ROOMS = (
    "collections",
    "tiles",
    "qgis",
    "features",
    "editing",
    "formats",
    "openapi",
    "publishing",
    "templates/collections",
)
every_collection = pytest.mark.parametrize("collection", COLLECTIONS.values(), ids=COLLECTIONS)


def files_of_rooms() -> Iterator[Path]:
    for room in ROOMS:
        for path in (ROOT / "api" / room).rglob("*"):
            if path.suffix in {".py", ".html"} and path != REGISTRY and DEFINITIONS not in path.parents:
                yield path


def test_no_room_compares_ids_of_collections() -> None:
    compared = re.compile(r"collection(_|\.)id (==|!=|in)|COLLECTIONS\[\"")
    assert [str(path) for path in files_of_rooms() if compared.search(path.read_text())] == []


def test_no_room_keys_by_ids_of_collections() -> None:
    keyed = re.compile("|".join(rf'"{re.escape(name)}": ' for name in ("points-of-entry", "restrictions")))
    answers = ROOT / "api/openapi/answers"
    paths = (path for path in files_of_rooms() if answers not in path.parents)
    assert [str(path) for path in paths if keyed.search(path.read_text())] == []


@every_collection
def test_entry_names_only_properties_of_its_features(collection: Collection) -> None:
    properties = get_properties(collection).keys()
    time = collection.qgis.time
    named = {*get_tile_properties(collection), *dict(collection.page.columns)}
    if time:
        named |= {time.first_day, time.end_day, time.start, time.end}
    assert named <= properties
    # Properties of a submission may be editable only by another name or place.
    assert not collection.editing or collection.editing.columns.keys() <= properties


@every_collection
def test_entry_has_a_property_with_the_id(collection: Collection) -> None:
    assert get_id_property(collection).name in get_properties(collection)


def test_collection_without_an_id_is_named() -> None:
    nameless = replace(COLLECTIONS["points-of-entry"], id="visits")
    with pytest.raises(LookupError, match='no property of visits has role = "id"'):
        get_id_property(nameless)


@every_collection
def test_clusters_of_statuses_have_a_status(collection: Collection) -> None:
    counts_statuses = collection.tile.clusters == "status"
    assert not counts_statuses or "status_group" in get_properties(collection)
    assert not counts_statuses or not isinstance(collection.symbols, PlainSymbol)
    assert collection.tile.clusters is None or collection.geometry == "Point"


def test_layers_of_the_project_have_different_places() -> None:
    places = [collection.qgis.place for collection in COLLECTIONS.values()]
    assert len(set(places)) == len(places)


@every_collection
def test_parameters_that_are_not_given_filter_nothing(collection: Collection) -> None:
    parameters = collection.parameters()
    assert parameters.is_plain
    assert set(parameters._get_collection_filters().values()) <= {None}  # noqa: SLF001
    assert parameters.write_condition(dt.date(2020, 4, 15)) is None
