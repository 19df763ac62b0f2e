"""Tables of countries' measures, changes, freshness, previous weeks, and single points."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from api.reports.status_tables import IN_A_GROUP, SHOWN_GROUPS
from api.reports.table import Column, Kind, Table, columns_named
from api.reports.words import Words
from models.codes import folded
from models.report.between import NONE_RECORDED, NOT_ASSESSED
from models.report.figures import UNDATED
from models.report.places import INDICATORS
from models.report.tally import GROUPS, Figures


def levels(figures: Figures, words: Words) -> Iterator[Table]:
    """Build a table for each indicator, countries by level, now and on the compared day; then a table of changed
    levels.
    """
    compared = figures["compare"] is not None
    for indicator in INDICATORS:
        now, before = figures["levels"][indicator]["now"], figures["levels"][indicator]["before"]
        rows: list[list[Any]] = [
            [
                _level(indicator, level, words),
                each["points"],
                each["share"],
                each["change"] if compared else None,
                before[level]["points"] if compared else None,
            ]
            for level, each in now.items()
        ]
        columns = columns_named(
            words, ("level", "text"), ("countries", "count"), ("share", "share"), ("change", "change")
        )
        yield Table(indicator, words("table", indicator), [*columns, Column(_on(figures, words), "count")], rows)
    if compared:
        yield _levels_changed(figures, words)


def _on(figures: Figures, words: Words) -> str:
    return words.day(figures["compare"]) if figures["compare"] else words("column", "before")


def _levels_changed(figures: Figures, words: Words) -> Table:
    rows = [
        [
            words.country(one["country"], figures["names"]),
            _title(indicator, words),
            _level(indicator, one["from"], words),
            _level(indicator, one["to"], words),
        ]
        for indicator in INDICATORS
        for one in figures["levels"][indicator]["changed"]
    ]
    rows.sort(key=lambda row: folded(row[0]))
    columns = columns_named(words, ("country", "text"), ("indicator", "text"), ("from", "text"), ("to", "text"))
    return Table("levels_changed", words("table", "levels_changed"), columns, rows)


def country_levels(figures: Figures, words: Words) -> Table:
    """Build the table of the levels of each country, by name: the data of the map of countries."""
    rows = [
        [
            words.country(iso3, figures["names"]),
            iso3,
            *(_level(indicator, one[indicator], words) for indicator in INDICATORS),
        ]
        for iso3, one in figures["names"].items()
    ]
    columns = [
        *columns_named(words, ("country", "text"), ("code", "text")),
        *(Column(_title(indicator, words)) for indicator in INDICATORS),
    ]
    return Table(
        "country_levels", words("table", "country_levels"), columns, sorted(rows, key=lambda row: folded(row[0]))
    )


def _title(indicator: str, words: Words) -> str:
    return words("table", indicator).split(":")[0].strip()


def _level(indicator: str, level: str | int | None, words: Words) -> str:
    if level is None or level == NONE_RECORDED:
        return words("column", NONE_RECORDED)
    return f"{level}: {words.code(indicator, str(level))}"


def moves(figures: Figures, words: Words) -> Table:
    """Build the table of moves from each status group, in rows, to each, in columns."""
    names = [*GROUPS, NOT_ASSESSED]
    labels = [words.code("status_group", name) for name in GROUPS] + [words("column", NOT_ASSESSED)]
    rows = [[label, *(figures["moves"][name][to] for to in names)] for name, label in zip(names, labels, strict=True)]
    corner = words("column", "moved_from", compare=words.day(figures["compare"]), on=words.day(figures["on"]))
    return Table(
        "moves", words("table", "moves"), [Column(corner), *(Column(label, "count") for label in labels)], rows
    )


def changed(figures: Figures, words: Words, more: str) -> Table:
    """Build the table of changed points by status or measures, cut to the first; `more` is the address of all."""
    rows = [
        [
            words.country(one["country"], figures["names"]),
            one["code"],
            one["name"],
            words.code("poe_type", one["poe_type"]),
            _status(one["status_before"], words),
            _status(one["operational_status"], words),
            one["since"],
        ]
        for one in figures["changed"]["listed"]
    ]
    rows.sort(key=lambda row: folded(row[0]))
    columns = columns_named(
        words,
        ("country", "text"),
        ("code", "text"),
        ("name", "text"),
        ("type", "text"),
        ("from", "text"),
        ("to", "text"),
        ("since", "day"),
    )
    return _cut(Table("changed", words("table", "changed"), columns, rows), figures["changed"]["points"], more, words)


def points(figures: Figures, words: Words, more: str) -> Table:
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
            _status(one["operational_status"] if one["assessed"] else None, words) + _age(one, figures, words),
            ", ".join(words.code("measure", code) for code in one["measures"] or ()),
            *(one["valid_from"], one["last_assessed"]),
        ]
        for one in figures["points"]["listed"]
    ]
    texts = columns_named(
        words, *((name, "text") for name in ("code", "name", "type", "admin1", "other_country", "status", "measures"))
    )
    table = Table(
        "points",
        words("table", "points"),
        [*texts, *columns_named(words, ("since", "day"), ("last_assessed", "day"))],
        rows,
    )
    return _cut(table, figures["points"]["points"], more, words)


def _cut(table: Table, points: int, more: str, words: Words) -> Table:
    """Return the table with the link to all its rows, and with their number if some rows are left out."""
    shown = len(table.rows)
    says = (
        words("says", "all_at")
        if shown == points
        else words("says", "first_of", shown=words.count(shown), points=words.count(points))
    )
    return Table(table.id, table.title, table.columns, table.rows, more=more, more_says=says)


def _status(status: str | None, words: Words) -> str:
    return words("column", NOT_ASSESSED) if status is None else words.code("operational_status", status)


def _age(one: Mapping[str, Any], figures: Figures, words: Words) -> str:
    """Format the age of the point's status, if it is stale. Older editions have no `stale_until`."""
    until, assessed = figures["points"].get("stale_until"), one["last_assessed"]
    if not (until and assessed and one["assessed"]) or assessed > until:
        return ""
    age = dt.date.fromisoformat(figures["on"]) - dt.date.fromisoformat(assessed)
    return f" ({words('says', 'stale', days=words.count(age.days))})"


def freshness(figures: Figures, words: Words) -> Iterator[Table]:
    """Build the tables of points by month of their last assessment, and of assessors with points that are due."""
    fresh = figures["day"]["freshness"]
    rows = [
        [words("column", UNDATED) if month == UNDATED else words.month(month), *(each[part] for part, _ in IN_A_GROUP)]
        for month, each in fresh["months"].items()
        if month != UNDATED or each["points"]
    ]
    yield Table(
        "months",
        words("table", "months"),
        columns_named(words, ("month", "text"), *IN_A_GROUP),
        rows,
    )
    late = [[one["code"], one["name"], one["countries"], one["points"], one["due"]] for one in fresh["assessors"]]
    columns = columns_named(
        words, ("code", "text"), ("assessor", "text"), ("countries", "count"), ("points", "count"), ("due", "count")
    )
    yield Table("assessors", words("table", "assessors"), columns, late)


def weeks(figures: Figures, words: Words) -> Iterator[Table]:
    """Build the tables behind the charts of the last weeks: shares by status group, and of closed points by type."""
    pair: tuple[tuple[str, Kind], ...] = (("points", "count"), ("share", "share"))
    groups = [
        Column(words("column", name), kind, words.code("status_group", group))
        for group in SHOWN_GROUPS
        for name, kind in pair
    ]
    rows = [
        [week["day"], week["assessed"], *_pairs(week["groups"][group] for group in SHOWN_GROUPS)]
        for week in figures["weeks"]
    ]
    first = columns_named(words, ("week", "day"), ("assessed", "count"))
    yield Table("weeks", words("table", "weeks"), [*first, *groups], rows)
    types = [
        Column(words("column", name), kind, words.code("poe_type", poe_type))
        for poe_type in figures["day"]["types"]
        for name, kind in pair
    ]
    by_type = [
        [week["day"], *_pairs(each["fully_closed"] for each in week["types"].values())] for week in figures["weeks"]
    ]
    yield Table("weeks_by_type", words("table", "weeks_by_type"), [first[0], *types], by_type)


def _pairs(each: Iterable[Figures]) -> Iterator[int | None]:
    for one in each:
        yield from (one["points"], one["share"])
