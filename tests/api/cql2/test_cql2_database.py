"""What filters do to the database: values are bound, indexes used, and nothing that is asked makes it fail."""

from collections.abc import Iterable
from typing import Any

import pytest
from helpers.cql2_rows import QUERYABLES, ROWS, build_id_query, insert_rows, select_ids
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from sqlalchemy import Select, not_, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable

from api.cql2.errors import BadFilter
from api.cql2.json_parser import parse_json
from api.cql2.operations import FUNCTIONS
from api.cql2.sql import FilterCrs, compile_filter, is_filter_error
from api.cql2.sql_expression import combine
from api.cql2.text_parser import parse_text


@pytest.fixture
async def crossings(database: AsyncConnection) -> AsyncConnection:
    return await insert_rows(database)


class Explained(Executable, ClauseElement):
    """EXPLAIN of a statement, with its values bound as they are when it runs."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(Explained)
def _explain(explained: Explained, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN {compiler.process(explained.statement, **options)}"


NUMBERS = st.recursive(
    st.sampled_from(
        ["level", "share", "id", "0", "1", "-2", "2.5", "1e19", "1e-19", "12", "year(opened)", "size(measures)"]
    ),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%", " div ", "^"]), inner).map(
            lambda parts: f"({''.join(parts)})"
        )
        | inner.map("abs({})".format)
    ),
    max_leaves=8,
)
TEXTS = st.recursive(
    st.sampled_from(["name", "local", "'Nadi'", "'%'", "'รัก'", "'\\\\%_'", "''", "'ß'", "'İ'", "'\ufdfa'"]),
    lambda inner: st.tuples(st.sampled_from(["CASEI", "ACCENTI"]), inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
    max_leaves=3,
)
TIMES = st.sampled_from(
    [
        *("opened", "seen", "valid_from", "valid_to", "known_to", "DATE('2020-03-31')", "DATE('0001-01-01')"),
        *("DATE('9999-12-31')", "TIMESTAMP('2020-03-31T12:00:00Z')", "TIMESTAMP('9999-12-31T23:59:59.999999Z')"),
        *("INTERVAL(valid_from, valid_to)", "INTERVAL('..', known_to)", "INTERVAL(opened, '2020-01-01T00:00:00Z')"),
        *("INTERVAL('..', '..')", "INTERVAL(valid_to, known_to)"),
    ]
)
LISTS = st.sampled_from(
    [
        "measures",
        "()",
        "('visa')",
        "(name, 'visa')",
        "(1, 2.5)",
        "(level)",
        "(opened, '2020-01-01')",
        "(TRUE)",
        "(seen)",
    ]
)
PLACES = st.sampled_from(
    [
        *("geometry", "polygon", "centroid(polygon)", "BBOX(170,-90,-170,90)", "BBOX(0,0,4,4)", "POINT Z (1 1 1)"),
        *("MULTIPOINT((0 0),(500 500))", "LINESTRING(0 0,4 4)", "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))"),
        *("GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(0 0,1 1))", "MULTIPOLYGON(((0 0,4 0,4 4,0 0)))"),
    ]
)
COMPARISONS = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(" ".join)


def _related(names: Iterable[str], operands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from([*names]), operands, operands).map("{0[0]}({0[1]}, {0[2]})".format)


CONDITIONS = st.recursive(
    _joined(NUMBERS, COMPARISONS, NUMBERS)
    | _joined(TEXTS, COMPARISONS, TEXTS)
    | _joined(TEXTS, st.just("LIKE"), TEXTS)
    | _joined(TIMES, COMPARISONS, TIMES)
    | _joined(NUMBERS, st.just("IN"), LISTS)
    | _joined(TEXTS, st.just("IN"), LISTS)
    | _joined(NUMBERS, st.just("BETWEEN"), NUMBERS, st.just("AND"), NUMBERS)
    | _related((name for name in FUNCTIONS if name.startswith("t_")), TIMES)
    | _related((name for name in FUNCTIONS if name.startswith("a_")), LISTS)
    | _related((name for name in FUNCTIONS if name.startswith("s_")), PLACES)
    | st.tuples(PLACES, PLACES, NUMBERS).map("distance({0[0]}, {0[1]}) > {0[2]}".format),
    lambda inner: (
        _joined(inner, st.sampled_from(["AND", "OR", "=", "<>"]), inner).map("({})".format)
        | inner.map("NOT ({})".format)
        | inner.map("({}) IS NULL".format)
    ),
    max_leaves=5,
)


class TestCrs:
    @pytest.mark.parametrize(
        ("written", "crs"),
        [
            ("S_INTERSECTS(geometry, POINT(55.6 12.6))", FilterCrs(latitude_first=True)),
            ("S_INTERSECTS(geometry, BBOX(55, 12, 56, 13))", FilterCrs(latitude_first=True)),
            ("S_INTERSECTS(geometry, BBOX(1400000, 7400000, 1410000, 7600000))", FilterCrs(3857)),
            ("S_WITHIN(geometry, POLYGON((3e5 61e5,4e5 61e5,4e5 62e5,3e5 62e5,3e5 61e5)))", FilterCrs(32633)),
        ],
    )
    async def test_geometries_are_read_in_the_crs_of_the_filter(
        self, crossings: AsyncConnection, written: str, crs: FilterCrs
    ) -> None:
        assert await select_ids(crossings, compile_filter(parse_text(written), QUERYABLES, crs)) == [3]

    async def test_box_with_latitude_first_crosses_the_antimeridian_too(self, crossings: AsyncConnection) -> None:
        tree = parse_text("S_INTERSECTS(geometry, BBOX(-20, 170, -10, -170))")
        assert await select_ids(crossings, compile_filter(tree, QUERYABLES, FilterCrs(latitude_first=True))) == [1, 2]


class TestInjection:
    ATTACKS = (
        "x' OR 1=1 --",
        "x\\' OR 1=1 --",
        "'; DROP TABLE crossing; --",
        "$1",
        "%(name)s",
        ":name",
        "\\",
        "\x1a",
    )

    @pytest.mark.parametrize("attack", ATTACKS)
    async def test_client_values_are_bound_parameters(self, crossings: AsyncConnection, attack: str) -> None:
        document = {"op": "=", "args": [{"property": "name"}, attack]}
        condition = compile_filter(parse_json(document), QUERYABLES)
        assert attack in condition.values
        assert str(condition.build(iter(["value"]))).endswith("= :value")
        assert await select_ids(crossings, condition) == [row.id for row in ROWS if row.name == attack]

    @pytest.mark.parametrize("attack", ['name" OR 1=1 --', "name; SELECT 1", "pg_sleep(10)", "crossing.id"])
    def test_unknown_properties_are_refused(self, attack: str) -> None:
        with pytest.raises(BadFilter, match="there is no property"):
            compile_filter(parse_json({"op": "=", "args": [{"property": attack}, 1]}), QUERYABLES)

    @pytest.mark.parametrize("name", ["pg_sleep", "version", "current_setting", "lower", "st_astext", "nullif"])
    def test_no_function_of_the_database_can_be_called(self, name: str) -> None:
        with pytest.raises(BadFilter, match=f"there is no function {name}"):
            compile_filter(parse_text(f"{name}(1) = 1"), QUERYABLES)


class TestIndexes:
    """On a table so small PostgreSQL would read it all, so that reading it all is forbidden here."""

    @pytest.mark.parametrize(
        ("written", "index"),
        [
            ("S_INTERSECTS(geometry, BBOX(0, 0, 1, 1))", "crossing_geometry_idx"),
            ("S_WITHIN(geometry, POLYGON((0 0,4 0,4 4,0 0)))", "crossing_geometry_idx"),
            ("S_INTERSECTS(geometry, BBOX(170, 0, -170, 1))", "crossing_geometry_idx"),
            ("name = 'Nadi'", "crossing_name_idx"),
            ("name IN ('Nadi', 'Apia')", "crossing_name_idx"),
            ("opened >= '2020-01-01'", "crossing_opened_idx"),
            ("opened BETWEEN DATE('2020-01-01') AND DATE('2020-02-01')", "crossing_opened_idx"),
            ("opened > TIMESTAMP('2020-01-01T12:00:00Z')", "crossing_opened_idx"),
            ("T_AFTER(opened, DATE('2020-01-01'))", "crossing_opened_idx"),
            ("id = 3", "crossing_pkey"),
            ("id > 3 AND name LIKE 'N%'", "crossing_pkey"),
        ],
    )
    async def test_index_is_used(self, crossings: AsyncConnection, written: str, index: str) -> None:
        await crossings.execute(text("SET LOCAL enable_seqscan = off"))
        statement = build_id_query(compile_filter(parse_text(written), QUERYABLES))
        explained = Explained(statement)
        plan = "\n".join((await crossings.execute(explained)).scalars())
        assert index in plan


class TestWhatCannotBeCalculated:
    """No filter makes the database fail."""

    @pytest.mark.parametrize(
        "written",
        [
            "1 / 0 = 1",
            "level / 0 = 1",
            "1 % 0 = 1",
            "1 div 0 = 1",
            "0 ^ -1 = 1",
            "(-8) ^ 0.5 = 1",
            "10 ^ 400 = 1",
            "10 ^ -400 = 1",
            "((10 ^ 19) ^ 19) ^ 19 = 1",
            "*".join(["1e19"] * 16) + " > share",
            "*".join(["1e-19"] * 16) + " < share",
            "1e19 * level ^ 1e19 > share",
            "9223372036854775807 + level > id",
            "level * 999999999999999999 > 1",
            "abs(-9223372036854775808) > 1",
            "distance(geometry, POINT(1000 1000)) > 1",
            "distance(polygon, POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))) >= 0",
            "S_INTERSECTS(geometry, POINT(1e300 1e300))",
            "S_INTERSECTS(geometry, BBOX(-1e300, -1e300, 1e300, 1e300))",
            "S_TOUCHES(polygon, GEOMETRYCOLLECTION(POINT(0 0), POLYGON((0 0,1 0,1 1,0 0))))",
            "S_OVERLAPS(polygon, GEOMETRYCOLLECTION(POINT(0 0), LINESTRING(0 0,1 1)))",
            "year(DATE('0001-01-01')) = 1",
            "T_AFTER(seen, DATE('9999-12-31'))",
            "T_INTERSECTS(INTERVAL(known_from, known_to), DATE('9999-12-31'))",
            "T_INTERSECTS(INTERVAL(valid_from, valid_to), TIMESTAMP('0001-01-01T00:00:00Z'))",
            "CASEI(name) LIKE CASEI('%\\\\\\\\')",
            "ACCENTI(name) LIKE ACCENTI('\uff05\uff3c\uff3f')",
            "name LIKE '" + "%_" * 500 + "'",
        ],
    )
    async def test_unindexed_condition_is_answered(self, crossings: AsyncConnection, written: str) -> None:
        assert isinstance(await select_ids(crossings, compile_filter(parse_text(written), QUERYABLES)), list)

    @pytest.mark.parametrize("place", ["POINT(1e9 1e12)", "POINT(1e300 -1e300)", "BBOX(-1e9,0,1e9,1e12)"])
    async def test_place_beyond_the_crs_is_nowhere_or_the_fault_of_the_filter(
        self, crossings: AsyncConnection, place: str
    ) -> None:
        condition = compile_filter(parse_text(f"S_WITHIN(geometry, {place})"), QUERYABLES, FilterCrs(32635))
        assert await found_or_refused(crossings, condition)

    @pytest.mark.parametrize(("statement", "is_caused"), [("SELECT 1/0", True), ("SELECT nothing", False)])
    async def test_only_bad_data_is_the_fault_of_the_filter(
        self,
        crossings: AsyncConnection,
        statement: str,
        is_caused: bool,  # noqa: FBT001 - what is expected
    ) -> None:
        with pytest.raises(DBAPIError) as failure:
            await crossings.execute(text(statement))
        assert is_filter_error(failure.value) is is_caused

    @settings(
        max_examples=100,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(written=CONDITIONS)
    async def test_no_filter_makes_the_database_fail(self, crossings: AsyncConnection, written: str) -> None:
        try:
            condition = compile_filter(parse_text(written), QUERYABLES)
        except BadFilter:
            reject()
        chosen_or_not = [await select_ids(crossings, each) for each in (condition, combine("not", not_, condition))]
        assert not set(chosen_or_not[0]) & set(chosen_or_not[1])


async def found_or_refused(database: AsyncConnection, condition: Any) -> bool:
    """Whether nothing is found, or the database refuses what is the filter's fault."""
    try:
        return not await select_ids(database, condition)
    except DBAPIError as error:
        return is_filter_error(error)
