"""Tables of countries' measures, changes, freshness, previous weeks, and single points."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from api.reports.tables.status import GROUP_COLUMNS, STATUS_GROUP_ORDER
from api.reports.tables.table import Column, ColumnKind, Table, build_columns
from api.reports.translations import Translations
from models.codes import fold_text
from models.report.figures import UNDATED
from models.report.places import INDICATORS
from models.report.status_counts import STATUS_GROUPS, Figures
from models.report.transitions import NONE_RECORDED, NOT_ASSESSED


def build_levels(figures: Figures, words: Translations) -> Iterator[Table]:
    """Build a table for each indicator, countries by level, now and on the compared day; then a table of changed
    levels.
    """
    compared = figures["compare"] is not None
    for indicator in INDICATORS:
        now, before = figures["levels"][indicator]["now"], figures["levels"][indicator]["before"]
        rows: list[list[Any]] = [
            [
                _format_level(indicator, level, words),
                each["points"],
                each["share"],
                each["change"] if compared else None,
                before[level]["points"] if compared else None,
            ]
            for level, each in now.items()
        ]
        columns = build_columns(
            words, ("level", "text"), ("countries", "count"), ("share", "share"), ("change", "change")
        )
        yield Table(
            indicator,
            words("table", indicator),
            [*columns, Column(_format_compared_day(figures, words), "count")],
            rows,
        )
    if compared:
        yield _build_level_changes(figures, words)


def _format_compared_day(figures: Figures, words: Translations) -> str:
    return words.day(figures["compare"]) if figures["compare"] else words("column", "before")


def _build_level_changes(figures: Figures, words: Translations) -> Table:
    rows = [
        [
            words.country(one["country"], figures["names"]),
            _format_indicator(indicator, words),
            _format_level(indicator, one["from"], words),
            _format_level(indicator, one["to"], words),
        ]
        for indicator in INDICATORS
        for one in figures["levels"][indicator]["changed"]
    ]
    rows.sort(key=lambda row: fold_text(row[0]))
    columns = build_columns(words, ("country", "text"), ("indicator", "text"), ("from", "text"), ("to", "text"))
    return Table("levels_changed", words("table", "levels_changed"), columns, rows)


def build_country_levels(figures: Figures, words: Translations) -> Table:
    """Build the table of the levels of each country, by name: the data of the map of countries."""
    rows = [
        [
            words.country(iso3, figures["names"]),
            iso3,
            *(_format_level(indicator, one[indicator], words) for indicator in INDICATORS),
        ]
        for iso3, one in figures["names"].items()
    ]
    columns = [
        *build_columns(words, ("country", "text"), ("code", "text")),
        *(Column(_format_indicator(indicator, words)) for indicator in INDICATORS),
    ]
    return Table(
        "country_levels", words("table", "country_levels"), columns, sorted(rows, key=lambda row: fold_text(row[0]))
    )


def _format_indicator(indicator: str, words: Translations) -> str:
    return words("table", indicator).split(":")[0].strip()


def _format_level(indicator: str, level: str | int | None, words: Translations) -> str:
    if level is None or level == NONE_RECORDED:
        return words("column", NONE_RECORDED)
    return f"{level}: {words.code(indicator, str(level))}"


def build_moves(figures: Figures, words: Translations) -> Table:
    """Build the table of moves from each status group, in rows, to each, in columns."""
    names = [*STATUS_GROUPS, NOT_ASSESSED]
    labels = [words.code("status_group", name) for name in STATUS_GROUPS] + [words("column", NOT_ASSESSED)]
    rows = [[label, *(figures["moves"][name][to] for to in names)] for name, label in zip(names, labels, strict=True)]
    corner = words("column", "moved_from", compare=words.day(figures["compare"]), on=words.day(figures["on"]))
    return Table(
        "moves", words("table", "moves"), [Column(corner), *(Column(label, "count") for label in labels)], rows
    )


def build_changes(figures: Figures, words: Translations, more: str) -> Table:
    """Build the table of changed points by status or measures, cut to the first; `more` is the address of all."""
    rows = [
        [
            words.country(one["country"], figures["names"]),
            one["code"],
            one["name"],
            words.code("poe_type", one["poe_type"]),
            _format_status(one["status_before"], words),
            _format_status(one["operational_status"], words),
            one["since"],
        ]
        for one in figures["changed"]["listed"]
    ]
    rows.sort(key=lambda row: fold_text(row[0]))
    columns = build_columns(
        words,
        ("country", "text"),
        ("code", "text"),
        ("name", "text"),
        ("type", "text"),
        ("from", "text"),
        ("to", "text"),
        ("since", "day"),
    )
    return _add_link_to_all(
        Table("changed", words("table", "changed"), columns, rows), figures["changed"]["points"], more, words
    )


def build_points(figures: Figures, words: Translations, more: str) -> Table:
    """Build the table of a country's points with their status; `more` is the address of all."""
    rows = [
        [
            *(
                one["code"],
                one["name"],
                words.code("poe_type", one["poe_type"]),
                one["admin1_name"],
                one["other_country"],
            ),
            _format_status(one["operational_status"] if one["assessed"] else None, words)
            + _format_age(one, figures, words),
            ", ".join(words.code("measure", code) for code in one["measures"] or ()),
            *(one["valid_from"], one["last_assessed"]),
        ]
        for one in figures["points"]["listed"]
    ]
    texts = build_columns(
        words, *((name, "text") for name in ("code", "name", "type", "admin1", "other_country", "status", "measures"))
    )
    table = Table(
        "points",
        words("table", "points"),
        [*texts, *build_columns(words, ("since", "day"), ("last_assessed", "day"))],
        rows,
    )
    return _add_link_to_all(table, figures["points"]["points"], more, words)


def _add_link_to_all(table: Table, points: int, more: str, words: Translations) -> Table:
    """Return the table with the link to all its rows, and with their number if some rows are left out."""
    shown = len(table.rows)
    says = (
        words("says", "all_at")
        if shown == points
        else words("says", "first_of", shown=words.count(shown), points=words.count(points))
    )
    return Table(table.id, table.title, table.columns, table.rows, more=more, more_says=says)


def _format_status(status: str | None, words: Translations) -> str:
    return words("column", NOT_ASSESSED) if status is None else words.code("operational_status", status)


def _format_age(one: Mapping[str, Any], figures: Figures, words: Translations) -> str:
    """Format the age of the point's status, if it is stale. Older editions have no `stale_until`."""
    until, assessed = figures["points"].get("stale_until"), one["last_assessed"]
    if not (until and assessed and one["assessed"]) or assessed > until:
        return ""
    age = dt.date.fromisoformat(figures["on"]) - dt.date.fromisoformat(assessed)
    return f" ({words('says', 'stale', days=words.count(age.days))})"


def build_freshness(figures: Figures, words: Translations) -> Iterator[Table]:
    """Build the tables of points by month of their last assessment, and of assessors with points that are due."""
    fresh = figures["day"]["freshness"]
    rows = [
        [
            words("column", UNDATED) if month == UNDATED else words.month(month),
            *(each[part] for part, _ in GROUP_COLUMNS),
        ]
        for month, each in fresh["months"].items()
        if month != UNDATED or each["points"]
    ]
    yield Table(
        "months",
        words("table", "months"),
        build_columns(words, ("month", "text"), *GROUP_COLUMNS),
        rows,
    )
    late = [[one["code"], one["name"], one["countries"], one["points"], one["due"]] for one in fresh["assessors"]]
    columns = build_columns(
        words, ("code", "text"), ("assessor", "text"), ("countries", "count"), ("points", "count"), ("due", "count")
    )
    yield Table("assessors", words("table", "assessors"), columns, late)


def build_weeks(figures: Figures, words: Translations) -> Iterator[Table]:
    """Build the tables behind the charts of the last weeks: shares by status group, and of closed points by type."""
    pair: tuple[tuple[str, ColumnKind], ...] = (("points", "count"), ("share", "share"))
    groups = [
        Column(words("column", name), kind, words.code("status_group", group))
        for group in STATUS_GROUP_ORDER
        for name, kind in pair
    ]
    rows = [
        [week["day"], week["assessed"], *_iterate_pairs(week["groups"][group] for group in STATUS_GROUP_ORDER)]
        for week in figures["weeks"]
    ]
    first = build_columns(words, ("week", "day"), ("assessed", "count"))
    yield Table("weeks", words("table", "weeks"), [*first, *groups], rows)
    types = [
        Column(words("column", name), kind, words.code("poe_type", poe_type))
        for poe_type in figures["day"]["types"]
        for name, kind in pair
    ]
    by_type = [
        [week["day"], *_iterate_pairs(each["fully_closed"] for each in week["types"].values())]
        for week in figures["weeks"]
    ]
    yield Table("weeks_by_type", words("table", "weeks_by_type"), [first[0], *types], by_type)


def _iterate_pairs(each: Iterable[Figures]) -> Iterator[int | None]:
    for one in each:
        yield from (one["points"], one["share"])
