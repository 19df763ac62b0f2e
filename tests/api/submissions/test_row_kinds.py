"""The registry of the kinds of submission rows."""

from api.submissions.columns import COLUMNS
from api.submissions.forms.columns import WEEKLY_COLUMN_NAMES
from api.submissions.row_kinds import KEY_COLUMNS, POINT_COLUMNS, ROW_KINDS, get_row_kind
from models.codes import list_codes


def test_each_action_belongs_to_one_kind() -> None:
    actions = [action for kind in ROW_KINDS for action in kind.actions]
    assert sorted(actions) == sorted(list_codes("submission_action"))
    assert all(action in get_row_kind(action).actions for action in actions)


def test_each_column_names_the_kinds_that_have_it() -> None:
    names = {kind.name for kind in ROW_KINDS}
    for column in COLUMNS.values():
        assert column.rows, column.name
        assert set(column.rows) <= names, column.name


def test_kinds_name_existing_columns() -> None:
    assert COLUMNS.keys() >= POINT_COLUMNS | KEY_COLUMNS
    for kind in ROW_KINDS:
        assert kind.columns >= {kind.key_column, *kind.point_columns}


def test_template_has_columns_of_status_rows() -> None:
    (status,) = (kind for kind in ROW_KINDS if kind.name == "status")
    assert status.columns >= set(WEEKLY_COLUMN_NAMES)


def test_updates_of_each_kind_have_a_class_of_their_own() -> None:
    assert len({kind.update for kind in ROW_KINDS}) == len(ROW_KINDS)
