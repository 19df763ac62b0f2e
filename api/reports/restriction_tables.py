"""Tables of measures, of affected populations, and of expected durations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.reports.status_tables import IN_A_GROUP
from api.reports.table import Column, Kind, Table
from api.reports.words import Words
from models.codes import codes
from models.report.figures import NO_REGION, NOT_STATED
from models.report.tally import Figures

Named = Mapping[str, Figures]
Parts = Sequence[tuple[str, Kind]]
CHANGES: Parts = (("change", "change"),)
# Tables by grouping: suffix, and the columns of each group. Changes have their own table, because nine regions with
# their changes do not fit on one page.
TOLD: Mapping[str, Sequence[tuple[str, Parts]]] = {
    "types": (("", IN_A_GROUP),),
    "status_groups": (("_by_status", IN_A_GROUP),),
    "regions": (("_by_region", IN_A_GROUP[:2]), ("_by_region_pp", CHANGES)),
}


def measures(figures: Figures, words: Words) -> Iterator[Table]:
    """Build the tables of measures by type, and for the world by region."""
    yield from _of_sets(figures, words, "measures", "measure", ("types", "regions"))


def populations(figures: Figures, words: Words) -> Iterator[Table]:
    """Build the tables of affected populations by type, by status group, and for the world by region."""
    yield from _of_sets(figures, words, "populations", "affected_population", ("types", "status_groups", "regions"))


def _of_sets(figures: Figures, words: Words, name: str, code_list: str, kinds: tuple[str, ...]) -> Iterator[Table]:
    tallies = figures["day"][name]
    for kind in kinds:
        named = _named(kind, tallies[kind], words) | {words("column", "total"): tallies["all"]}
        for suffix, parts in TOLD[kind] if tallies[kind] else ():
            if parts != CHANGES or figures["compare"] is not None:
                table = f"{name}{suffix}"
                columns, rows = _set_rows(named, code_list, parts, words)
                yield Table(table, words("table", table), columns, rows, note=words("says", "overlapping"))


def _named(kind: str, tallies: Named, words: Words) -> dict[str, Figures]:
    if kind == "types":
        return {words.code("poe_type", name): each for name, each in tallies.items()}
    if kind == "status_groups":
        return {words.code("status_group", name): each for name, each in tallies.items()}
    regions = {code: each for code, each in tallies.items() if code != NO_REGION or each["assessed"]}
    return {code if code != NO_REGION else words("column", NO_REGION): each for code, each in regions.items()}


def _set_rows(named: Named, code_list: str, parts: Parts, words: Words) -> tuple[list[Column], list[list[Any]]]:
    """Build a row for each code that some point has, with `parts` for each of `named`; last, points without a code."""
    everything = list(named.values())[-1]
    used = [code for code in codes(code_list) if everything["each"][code]["points"]]
    first = "measure" if code_list == "measure" else "population"
    rows: list[list[Any]] = [[words.code(code_list, code), *_cells(named, code, parts)] for code in used]
    if parts != CHANGES:
        rows += [_counts(named, words("column", "without"), "without", parts)]
        rows += [_counts(named, words("column", "of"), "assessed", parts)]
    return [Column(words("column", first)), *_heads(named, parts, words)], rows


def _cells(named: Named, code: str, parts: Parts) -> Iterator[int | None]:
    for each in named.values():
        yield from (each["each"][code][part] for part, _ in parts)


def _counts(named: Named, label: str, count: str, parts: Parts) -> list[Any]:
    """Build a row of numbers of points, which have neither share nor change."""
    return [label, *(each[count] if part == "points" else None for each in named.values() for part, _ in parts)]


def _heads(named: Named, parts: Parts, words: Words) -> list[Column]:
    return [Column(words("column", part), kind, head) for head in named for part, kind in parts]


def durations(figures: Figures, words: Words) -> Iterator[Table]:
    """Build the tables of announced durations at closed or partly operational points, by type and by status group."""
    tallies = figures["day"]["durations"]
    for table, kind in (("durations", "types"), ("durations_by_status", "status_groups")):
        named = _named(kind, tallies[kind], words) | {words("column", "total"): tallies["all"]}
        rows: list[list[Any]] = [
            [
                words("column", NOT_STATED) if code == NOT_STATED else words.code("expected_duration", code),
                *_cells(named, code, IN_A_GROUP),
            ]
            for code in (*codes("expected_duration"), NOT_STATED)
        ]
        rows.append(_counts(named, words("column", "of"), "restricted", IN_A_GROUP))
        columns = [Column(words("column", "duration")), *_heads(named, IN_A_GROUP, words)]
        yield Table(table, words("table", table), columns, rows, note=words("says", "restricted"))
