"""The table of the properties of a point: the only list of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.collections.definitions.points import POINTS
from api.collections.properties import MissingTexts, get_properties, load_texts
from api.collections.registry import COLLECTIONS
from api.register.patch import PointChange
from api.submissions.columns import COLUMNS
from api.submissions.row_kinds import get_row_kind
from models.queries.history import select_register_history
from models.recording.bitemporal_tables import REGISTER
from models.recording.proposals import select_proposals
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.point_properties import POINT_PROPERTIES

ROOT = Path(__file__).parents[3]
TABLE = "models/tables/point_properties.py"
# Names that other tables have too.
COMMON_NAMES = {"code", "name", "country", "country_name", "iso3", "source", "licence", "poe_type", "is_poe"}
NAMES = {name for each in POINT_PROPERTIES for name in (each.name, each.column) if name} - COMMON_NAMES
# Files with three or more names of properties in one list, and why the list does not follow from the table.
OTHER_LISTS = {
    "api/imports/iom/column_map.py": "columns of another organisation's files",
    "api/imports/point_matching.py": "codes by which files name a point",
    "api/imports/register.py": "where the shipped file has each value",
    "api/openapi/answers/submissions.py": "the answer for the weekly page, which few properties are enough for",
    "api/submissions/forms/routes.py": "the answer for the weekly page",
    "api/submissions/point_lookup.py": "codes by which rows name a point",
    "api/submissions/readers/workbook.py": "headers by which a sheet is recognised as a list of points",
    "api/submissions/row_kinds.py": "columns with codes of points to look up",
    "api/submissions/validation/register_row.py": "columns with a rule of their own",
    "models/queries/office_week.py": "the statement of the weekly page",
}


def test_each_row_has_its_column() -> None:
    columns = PointOfEntryVersion.__table__.columns
    assert [each.name for each in POINT_PROPERTIES if each.column and each.column not in columns] == []
    assert len({each.name for each in POINT_PROPERTIES}) == len(POINT_PROPERTIES)


def test_points_begin_with_the_properties_in_their_order() -> None:
    names = [each.name for each in POINT_PROPERTIES]
    assert list(get_properties(POINTS))[: len(names)] == names


def test_changed_value_is_a_new_version() -> None:
    derived = {each.column for each in POINT_PROPERTIES if each.is_derived}
    assert {each.column for each in POINT_PROPERTIES if each.column} - derived <= set(REGISTER.said)
    assert not derived & set(REGISTER.said)


def test_history_and_proposals_have_their_properties() -> None:
    history, proposals = select_register_history(1).selected_columns, select_proposals([]).selected_columns
    assert {each.name for each in POINT_PROPERTIES if each.in_history and each.column} <= set(history.keys())
    assert {each.name for each in POINT_PROPERTIES if each.in_proposals} <= set(proposals.keys())


def test_edits_become_columns_of_register_rows() -> None:
    edited = [each for each in POINT_PROPERTIES if each.edited_as]
    assert [each.name for each in edited if each.edited_as not in COLUMNS] == []
    assert {each.edited_as for each in edited} <= get_row_kind("change_point").columns
    assert [each.name for each in POINT_PROPERTIES if each.is_create_only and not each.edited_as] == []


def test_patch_has_each_property_that_can_change() -> None:
    changeable = {each.name: each for each in POINT_PROPERTIES if each.edited_as and not each.is_create_only}
    fields = PointChange.model_fields
    assert [name for name in changeable if name not in fields] == []
    can_be_null = {name for name in changeable if type(None) in getattr(fields[name].annotation, "__args__", ())}
    assert can_be_null == {name for name, each in changeable.items() if each.is_clearable}


def test_each_property_of_each_collection_has_its_texts() -> None:
    for collection in COLLECTIONS.values():
        assert get_properties(collection)


def test_property_without_texts_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = load_texts()
    without = {**texts, "all": {name: each for name, each in texts["all"].items() if name != "municipality"}}
    monkeypatch.setattr("api.collections.properties.load_texts", lambda: without)
    get_properties.cache_clear()
    with pytest.raises(MissingTexts, match=r"points-of-entry without an entry in properties\.toml: municipality"):
        get_properties(POINTS)
    get_properties.cache_clear()


def test_no_other_file_lists_properties() -> None:
    paths = [path for room in ("api", "models") for path in (ROOT / room).rglob("*.py")]
    lists = {str(path.relative_to(ROOT)): list(_iterate_lists(ast.parse(path.read_text()))) for path in paths}
    found = {path: listed for path, listed in lists.items() if listed and path != TABLE}
    assert {path: listed for path, listed in found.items() if path not in OTHER_LISTS} == {}
    assert sorted(OTHER_LISTS.keys() - found.keys()) == []


def _iterate_lists(tree: ast.AST) -> Iterator[list[str]]:
    """Iterate over the tuples, lists, sets and dicts of the tree that have three or more names of properties."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
            names = [text for text in _iterate_texts(node) if text in NAMES]
            if len(set(names)) >= 3:
                yield names


def _iterate_texts(node: ast.expr) -> Iterator[str]:
    """Iterate over the texts of a collection, also of a collection that is unpacked in it, and the keys of a dict."""
    if isinstance(node, ast.Starred):
        yield from _iterate_texts(node.value)
    elif isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
        parts = node.keys if isinstance(node, ast.Dict) else node.elts
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
            elif isinstance(part, ast.Starred):
                yield from _iterate_texts(part)
