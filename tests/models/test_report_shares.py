"""Shares in whole per cent, and their changes."""

from hypothesis import given
from hypothesis import strategies as st

from models.report.figures import NO_REGION, build_day_figures
from models.report.ranking import rank_regions
from models.report.status_counts import (
    add_changes,
    compute_change,
    compute_exact_share,
    compute_rounded_share,
    compute_rounded_shares,
    count_by_status,
)

COUNTS = st.dictionaries(st.text(min_size=1), st.integers(0, 10_000), min_size=1)


@given(COUNTS)
def test_shares_of_a_whole_add_up_to_100(counts: dict[str, int]) -> None:
    shares = compute_rounded_shares(counts)
    if any(counts.values()):
        assert sum(share for share in shares.values() if share is not None) == 100
    else:
        assert set(shares.values()) == {None}


@given(COUNTS)
def test_share_is_never_a_whole_per_cent_away_from_what_it_rounds(counts: dict[str, int]) -> None:
    total = sum(counts.values())
    for name, share in compute_rounded_shares(counts).items():
        assert share is None or abs(share - 100 * counts[name] / total) < 1


def test_types_of_20_january_2021_are_printed_as_iom_printed_them() -> None:
    shares = compute_rounded_shares({"airport": 1092, "land_border_point": 2470, "blue_border_point": 705})
    assert list(shares.values()) == [26, 58, 16]


def test_of_equal_remainders_the_first_is_rounded_up() -> None:
    assert compute_rounded_shares({"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}


def test_share_alone_is_rounded_half_up() -> None:
    assert [compute_rounded_share(part, 200) for part in (1, 2, 3, 5)] == [1, 1, 2, 3]
    assert (compute_rounded_share(0, 0), compute_exact_share(0, 0)) == (None, None)


def test_change_is_the_difference_of_what_was_printed() -> None:
    assert (compute_change(38, 40), compute_change(17, 14), compute_change(59, 59)) == (-2, 3, 0)
    assert (compute_change(38, None), compute_change(None, 40)) == (None, None)


def test_no_change_is_shown_without_earlier_figures() -> None:
    assert add_changes({"share": 38}, None) == {"share": 38, "change": None}


def test_no_data_is_never_counted_as_open_nor_as_unknown() -> None:
    found = count_by_status([{"operational_status": None, "points": 7}, {"operational_status": "closed", "points": 1}])
    assert (found["points"], found["assessed"], found["not_assessed"]) == (8, 1, 7)
    assert {name: group["points"] for name, group in found["groups"].items() if group["points"]} == {"fully_closed": 1}
    assert found["groups"]["fully_closed"]["share"] == 100


def test_unknown_stays_in_the_denominator() -> None:
    rows = [{"operational_status": status, "points": 1} for status in ("open", "closed", "unknown", "unknown")]
    groups = count_by_status(rows)["groups"]
    assert (groups["unknown"]["share"], groups["fully_closed"]["share"]) == (50, 25)


def row(iso3: str, status: str | None, points: int, poe_type: str = "airport") -> dict[str, object]:
    return {
        "iso3": iso3,
        "poe_type": poe_type,
        "operational_status": status,
        "expected_duration": None,
        "points": points,
    }


NOTHING: dict[str, list[dict[str, object]]] = {"measures": [], "populations": [], "freshness": []}


def test_every_region_is_ranked_and_those_without_points_come_last() -> None:
    rows = [row("NER", "closed", 24), row("NER", "open", 76), row("UZB", "closed", 13), row("UZB", "open", 87)]
    members = {"NER": ["WCA"], "UZB": ["SEEECA"]}
    figures = build_day_figures(NOTHING | {"statuses": rows}, members, ["EEA", "SEEECA", "WCA"])
    places = rank_regions(figures["regions"], "fully_closed")
    assert [(place["region"], place["rank"], place["share"]) for place in places] == [
        ("WCA", 1, 24),
        ("SEEECA", 2, 13),
        ("EEA", None, None),
    ]


def test_regions_with_the_same_printed_share_share_a_rank() -> None:
    rows = [
        row(iso3, status, points)
        for iso3, n in (("NER", 241), ("UZB", 239))
        for status, points in (("closed", n), ("open", 1000 - n))
    ]
    figures = build_day_figures(NOTHING | {"statuses": rows}, {"NER": ["WCA"], "UZB": ["SEEECA"]}, ["SEEECA", "WCA"])
    assert [(place["region"], place["rank"]) for place in rank_regions(figures["regions"], "fully_closed")] == [
        ("WCA", 1),
        ("SEEECA", 1),
    ]


def test_country_in_no_region_is_listed_separately() -> None:
    figures = build_day_figures(NOTHING | {"statuses": [row("ATA", "open", 3)]}, {}, ["EEA"])
    assert {name: each["points"] for name, each in figures["regions"].items()} == {"EEA": 0, NO_REGION: 3}


def test_internal_transit_points_are_in_no_share_of_points_of_entry() -> None:
    rows = [row("SRB", "closed", 5, "internal_transit_point"), row("SRB", "open", 1)]
    figures = build_day_figures(NOTHING | {"statuses": rows}, {}, [])
    assert (figures["total"]["points"], figures["transit"]["points"]) == (1, 5)
    assert figures["total"]["groups"]["fully_closed"]["points"] == 0


@given(COUNTS, st.integers(0, 100))
def test_shares_of_parts_of_a_part_add_up_to_its_share(counts: dict[str, int], together: int) -> None:
    shares = compute_rounded_shares(counts, together)
    if any(counts.values()):
        assert sum(share for share in shares.values() if share is not None) == together
