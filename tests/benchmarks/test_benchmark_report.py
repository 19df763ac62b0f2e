"""What the benchmarks make of what they measured."""

import json

import pytest

from benchmarks.load.turns import BARE_SQL, Measurement, compute_median
from benchmarks.load.wrk_run import Run, parse_report
from benchmarks.peers.crossings import CACHED, EMPTY, UNCACHED
from benchmarks.peers.tipg import NAME as TIPG
from benchmarks.report.comparison import Comparison, build_goals, compare
from benchmarks.report.content import Content, describe_differences, parse_content
from benchmarks.report.sections import Goal, Section, build_goals_section, format_document, format_table
from benchmarks.requests.mixed_paths import find_tile, select_small_paths
from benchmarks.requests.queries import BenchmarkQuery
from benchmarks.statements.bare_sql import compute_percentiles_ms

COUNTRY = BenchmarkQuery("one country on a day", "features", "/country")


def measured(server: str, requests_per_s: float, size: int = 1000, features: int = 1) -> Measurement:
    content = Content({str(number): {} for number in range(features)})
    return Measurement(server, Run(requests_per_s, 1, 2), size, 100, 1, content)


def a_country(uncached: float, tipg: float, cached: float = 1, sql: float = 1, features: int = 1) -> Comparison:
    servers = {UNCACHED: uncached, CACHED: cached, TIPG: tipg, BARE_SQL: sql}
    return compare(COUNTRY, [measured(name, speed, features=features) for name, speed in servers.items()])


def met(one: Comparison, empty: float = 1) -> dict[str, bool]:
    return {goal.text: goal.met for goal in build_goals([one], measured(EMPTY, empty))}


@pytest.mark.parametrize(("tipg", "is_met"), [(100, True), (101, False)])
def test_goal_against_tipg_is_met_from_its_multiple_on(tipg: float, *, is_met: bool) -> None:
    assert met(a_country(500, tipg))["one country on a day, uncached: at least 5 x tipg"] is is_met


@pytest.mark.parametrize(("cached", "is_met"), [(80, True), (79, False)])
def test_small_cached_answer_is_held_against_the_empty_route(cached: float, *, is_met: bool) -> None:
    told = met(a_country(1, 1, cached), empty=100)
    assert told["one country on a day, cached: at least 0.8 of an empty FastAPI route"] is is_met


@pytest.mark.parametrize(("sql", "is_met"), [(13, True), (14, False)])
def test_answer_of_many_features_is_held_against_its_statement(sql: float, *, is_met: bool) -> None:
    told = met(a_country(10, 1, sql=sql, features=1000))
    assert told["one country on a day, uncached: at most 1.3 x the time of the bare SQL"] is is_met


def test_answer_of_few_features_is_not_held_against_its_statement() -> None:
    assert not [text for text in met(a_country(1, 1, sql=100, features=999)) if "bare SQL" in text]


def test_median_run_and_all_errors_are_reported() -> None:
    runs = [Run(1, 30, 300, refused=1, requests=1), Run(2, 20, 100, broken=2), Run(9, 10, 200, requests=2)]
    assert compute_median(runs) == Run(2, 20, 200, refused=1, broken=2, requests=3)


def test_line_of_wrk_is_parsed() -> None:
    line = {"requests": 30, "duration_us": 3e6, "p50_us": 1500, "p99_us": 9000, "refused": 1, "broken": 2}
    assert parse_report(json.dumps(line)) == Run(10, 1.5, 9, refused=1, broken=2, requests=30)


def test_percentiles_of_a_single_time_are_that_time() -> None:
    assert compute_percentiles_ms([0.25]) == (250, 250)


def test_percentiles_lie_within_the_times() -> None:
    assert compute_percentiles_ms([0.001 * n for n in range(1, 102)]) == pytest.approx((51, 100))


def test_equal_answers_have_no_differences() -> None:
    body = features(("A", {"code": "A", "name": "Avon"}))
    assert describe_differences(parse_content(body, "features"), parse_content(body, "features")) == []


def test_features_properties_and_values_that_differ_are_named() -> None:
    ours = parse_content(
        features(("A", {"code": "A", "name": "Avon", "iata": "XXX"}), ("B", {"code": "B"})), "features"
    )
    theirs = parse_content(features(("A", {"code": "A", "name": "avon", "size": 1})), "features")
    counted, without, besides, values = describe_differences(ours, theirs)
    assert "1 features, ours 2: 1 of ours are not there" in counted
    assert (without, besides) == ("without iata", "besides size")
    assert values == "other values: name is 'avon', ours 'Avon'"


def test_history_of_ours_is_known_by_its_records() -> None:
    body = json.dumps({"restrictions": [{"id": 7, "comment": "closed"}]}).encode()
    assert parse_content(body, "history").features == {"7": {"id": 7, "comment": "closed"}}


def features(*given: tuple[str, dict[str, object]]) -> bytes:
    listed = [{"type": "Feature", "id": code, "properties": properties} for code, properties in given]
    return json.dumps({"type": "FeatureCollection", "features": listed}).encode()


def test_table_is_markdown_with_names_to_the_left_and_figures_to_the_right() -> None:
    assert format_table(("what", "n"), [("a", "100")]).splitlines() == [
        "| what |   n |",
        "| ---- | --: |",
        "| a    | 100 |",
    ]


def test_all_goals_stand_in_one_table_of_the_document() -> None:
    sections = [
        Section("One", "text", [Goal("fast", "3 x", met=True)]),
        Section("Two", "text", [Goal("lean", "9", met=False)]),
    ]
    told = format_document("On this machine.", [build_goals_section(sections), *sections])
    assert "| fast | 3 x      | yes |" in told
    assert "| lean | 9        | no  |" in told


@pytest.mark.parametrize(
    ("z", "east", "north", "at"), [(0, 10, 50, (0, 0)), (4, 10, 47.5, (8, 5)), (1, -180, -80, (0, 1))]
)
def test_tile_of_a_place(z: int, east: float, north: float, at: tuple[int, int]) -> None:
    assert find_tile(z, east, north) == at


def test_worlds_regions_and_histories_are_not_small() -> None:
    small = ["/collections/p/items?country=FRA&limit=9", "/collections/p/items/A?datetime=2020-06-03", "/tiles/W/1/0/0"]
    large = ["/collections/p/items?limit=10000", "/collections/p/items?region=EEA", "/points-of-entry/A/history"]
    assert select_small_paths(["/x" + path if path.startswith("/tiles") else path for path in small + large]) == [
        *small[:2],
        "/x/tiles/W/1/0/0",
    ]


def test_server_from_which_nothing_came_is_compared_with_nobody() -> None:
    assert a_country(5, 0).times(UNCACHED, TIPG) is None
