"""Tables of numbers of points, and of their operational status: by type, region and country."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.reports.tables.table import Column, ColumnKind, Table, build_columns
from api.reports.translations import Translations
from models.codes import fold_text, list_codes
from models.report.figures import NO_REGION
from models.report.ranking import rank_regions
from models.report.status_counts import Figures

NamedTallies = Mapping[str, Figures]
GROUP_COLUMNS: tuple[tuple[str, ColumnKind], ...] = (("points", "count"), ("share", "share"), ("change", "change"))
# The order of IOM's sentences, from closed to open.
STATUS_GROUP_ORDER = ("fully_closed", "partially_operational", "fully_operational", "unknown")


def build_coverage(figures: Figures, words: Translations) -> Table:
    """Build the table of points by type: assessed points, their share of all assessed, and points not assessed."""
    day, before = figures["day"], figures["before"]
    rows: list[list[Any]] = [
        [
            words.code("poe_type", name),
            each["points"],
            each["assessed"],
            day["type_shares"][name]["share"],
            day["type_shares"][name]["change"],
            each["not_assessed"],
            before and before["types"][name]["assessed"],
        ]
        for name, each in day["types"].items()
    ]
    total, share = day["total"], 100 if day["total"]["assessed"] else None
    rows.append(
        [
            words("column", "total"),
            total["points"],
            total["assessed"],
            share,
            None,
            total["not_assessed"],
            before and before["total"]["assessed"],
        ]
    )
    columns = build_columns(
        words,
        ("type", "text"),
        ("points", "count"),
        ("assessed", "count"),
        ("share", "share"),
        ("change", "change"),
        ("not_assessed", "count"),
        ("before", "count"),
    )
    return Table("coverage", words("table", "coverage"), columns, rows, totals=frozenset({len(rows) - 1}))


def build_status_by_type(figures: Figures, words: Translations) -> Table:
    named = {words.code("poe_type", name): each for name, each in figures["day"]["types"].items()}
    return _build_status_table("status_by_type", "type", named, figures, words)


def build_status_by_region(figures: Figures, words: Translations) -> Table:
    """Build the table of all nine regions, with their codes, and of countries without a region if they have points."""
    regions = figures["day"]["regions"]
    named = {
        words("column", NO_REGION)
        if code == NO_REGION
        else f"{words.region(code, figures['regions'][code])} ({code})": each
        for code, each in regions.items()
        if code != NO_REGION or each["points"]
    }
    return _build_status_table("status_by_region", "region", named, figures, words)


def build_status_by_country(figures: Figures, words: Translations) -> Table:
    """Build the table of the countries that have points, by name."""
    countries = [(words.country(iso3, figures["names"]), each) for iso3, each in figures["day"]["countries"].items()]
    named = dict(sorted(countries, key=lambda one: fold_text(one[0])))
    return _build_status_table("status_by_country", "country", named, figures, words)


def build_transit(figures: Figures, words: Translations) -> Table:
    """Build the table of internal transit points, which are not points of entry."""
    named = {words.code("poe_type", "internal_transit_point"): figures["day"]["transit"]}
    return _build_status_table("transit", "type", named, None, words)


def _build_status_table(
    table: str, first: str, named: NamedTallies, figures: Figures | None, words: Translations
) -> Table:
    """Build a row for each tally with the share of each group, and a row of the total if there are `figures`."""
    rows = [[name, *_iterate_status_cells(each)] for name, each in named.items()]
    totals: frozenset[int] = frozenset()
    if figures is not None:
        totals = frozenset({len(rows)})
        rows.append([words("column", "total"), *_iterate_status_cells(figures["day"]["total"])])
    plain = build_columns(words, (first, "text"), ("assessed", "count"), ("not_assessed", "count"))
    groups = [
        Column(words("column", name), kind, words.code("status_group", group))
        for group in STATUS_GROUP_ORDER
        for name, kind in GROUP_COLUMNS
    ]
    return Table(table, words("table", table), [*plain, *groups], rows, words("says", "groups"), totals=totals)


def _iterate_status_cells(each: Figures) -> Iterator[int | None]:
    yield from (each["assessed"], each["not_assessed"])
    for group in STATUS_GROUP_ORDER:
        tally = each["groups"][group]
        yield from (tally["points"], tally["share"], tally["change"])


def build_rankings(figures: Figures, words: Translations) -> Iterator[Table]:
    """Build the rankings of all regions by their share of fully closed, and of fully operational points."""
    columns = build_columns(
        words,
        ("rank", "count"),
        ("region", "text"),
        ("assessed", "count"),
        ("points", "count"),
        ("share", "share"),
        ("change", "change"),
    )
    for table, group in (("ranking_closed", "fully_closed"), ("ranking_open", "fully_operational")):
        rows = [
            [
                place["rank"],
                words.region(place["region"], figures["regions"][place["region"]]),
                place["of"],
                place["points"],
                place["share"],
                place["change"],
            ]
            for place in rank_regions(figures["day"]["regions"], group)
        ]
        yield Table(table, words("table", table), columns, rows)


def build_statuses(figures: Figures, words: Translations) -> Table:
    """Build the table of points by detailed status, with share and change for each type; parts add up to their group's
    share.
    """
    tallies = {words.code("poe_type", name): each for name, each in figures["day"]["types"].items()}
    tallies[words("column", "total")] = figures["day"]["total"]
    rows = [
        [
            words.code("operational_status", status),
            *(each["statuses"][status][name] for each in tallies.values() for name, _ in GROUP_COLUMNS),
        ]
        for status in list_codes("operational_status")
    ]
    columns = [Column(words("column", name), kind, head) for head in tallies for name, kind in GROUP_COLUMNS]
    return Table("statuses", words("table", "statuses"), [Column(words("column", "status")), *columns], rows)


def build_direction(figures: Figures, words: Translations) -> Table:
    """Build the table of points closed for entry only or for exit only: by region for the world, by country for other
    areas.
    """
    day = figures["day"]
    if day["regions"]:
        named = [
            (words("column", NO_REGION) if code == NO_REGION else words.region(code, figures["regions"][code]), each)
            for code, each in day["regions"].items()
            if code != NO_REGION or each["points"]
        ]
    else:
        named = [(words.country(iso3, figures["names"]), each) for iso3, each in day["countries"].items()]
    one_way = ("closed_for_entry", "closed_for_exit")
    named = [*sorted(named, key=lambda one: fold_text(one[0])), (words("column", "total"), day["total"])]
    rows = [
        [name, each["assessed"], *(each["statuses"][status][part] for status in one_way for part, _ in GROUP_COLUMNS)]
        for name, each in named
    ]
    columns = build_columns(words, ("region" if day["regions"] else "country", "text"), ("assessed", "count"))
    columns += [
        Column(words("column", name), kind, words.code("operational_status", status))
        for status in one_way
        for name, kind in GROUP_COLUMNS
    ]
    return Table("direction", words("table", "direction"), columns, rows, totals=frozenset({len(rows) - 1}))
