"""Tables of measures, of affected populations, and of expected durations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.reports.tables.status import GROUP_COLUMNS
from api.reports.tables.table import Column, ColumnKind, Table
from api.reports.translations import Translations
from models.codes import list_codes
from models.report.figures import NO_REGION, NOT_STATED
from models.report.status_counts import Figures

NamedTallies = Mapping[str, Figures]
Parts = Sequence[tuple[str, ColumnKind]]
CHANGE_PARTS: Parts = (("change", "change"),)
# Tables by grouping: suffix, and the columns of each group. Changes have their own table, because nine regions with
# their changes do not fit on one page.
TABLE_PARTS: Mapping[str, Sequence[tuple[str, Parts]]] = {
    "types": (("", GROUP_COLUMNS),),
    "status_groups": (("_by_status", GROUP_COLUMNS),),
    "regions": (("_by_region", GROUP_COLUMNS[:2]), ("_by_region_pp", CHANGE_PARTS)),
}


def build_measures(figures: Figures, words: Translations) -> Iterator[Table]:
    """Build the tables of measures by type, and for the world by region."""
    yield from _build_set_tables(figures, words, "measures", "measure", ("types", "regions"))


def build_populations(figures: Figures, words: Translations) -> Iterator[Table]:
    """Build the tables of affected populations by type, by status group, and for the world by region."""
    yield from _build_set_tables(
        figures, words, "populations", "affected_population", ("types", "status_groups", "regions")
    )


def _build_set_tables(
    figures: Figures, words: Translations, name: str, code_list: str, kinds: tuple[str, ...]
) -> Iterator[Table]:
    tallies = figures["day"][name]
    for kind in kinds:
        named = _label_tallies(kind, tallies[kind], words) | {words("column", "total"): tallies["all"]}
        for suffix, parts in TABLE_PARTS[kind] if tallies[kind] else ():
            if parts != CHANGE_PARTS or figures["compare"] is not None:
                table = f"{name}{suffix}"
                columns, rows = _build_set_rows(named, code_list, parts, words)
                yield Table(table, words("table", table), columns, rows, note=words("says", "overlapping"))


def _label_tallies(kind: str, tallies: NamedTallies, words: Translations) -> dict[str, Figures]:
    if kind == "types":
        return {words.code("poe_type", name): each for name, each in tallies.items()}
    if kind == "status_groups":
        return {words.code("status_group", name): each for name, each in tallies.items()}
    regions = {code: each for code, each in tallies.items() if code != NO_REGION or each["assessed"]}
    return {code if code != NO_REGION else words("column", NO_REGION): each for code, each in regions.items()}


def _build_set_rows(
    named: NamedTallies, code_list: str, parts: Parts, words: Translations
) -> tuple[list[Column], list[list[Any]]]:
    """Build a row for each code that some point has, with `parts` for each of `named`; last, points without a code."""
    everything = list(named.values())[-1]
    used = [code for code in list_codes(code_list) if everything["each"][code]["points"]]
    first = "measure" if code_list == "measure" else "population"
    rows: list[list[Any]] = [[words.code(code_list, code), *_iterate_cells(named, code, parts)] for code in used]
    if parts != CHANGE_PARTS:
        rows += [_build_count_row(named, words("column", "without"), "without", parts)]
        rows += [_build_count_row(named, words("column", "of"), "assessed", parts)]
    return [Column(words("column", first)), *_build_head_columns(named, parts, words)], rows


def _iterate_cells(named: NamedTallies, code: str, parts: Parts) -> Iterator[int | None]:
    for each in named.values():
        yield from (each["each"][code][part] for part, _ in parts)


def _build_count_row(named: NamedTallies, label: str, count: str, parts: Parts) -> list[Any]:
    """Build a row of numbers of points, which have neither share nor change."""
    return [label, *(each[count] if part == "points" else None for each in named.values() for part, _ in parts)]


def _build_head_columns(named: NamedTallies, parts: Parts, words: Translations) -> list[Column]:
    return [Column(words("column", part), kind, head) for head in named for part, kind in parts]


def build_durations(figures: Figures, words: Translations) -> Iterator[Table]:
    """Build the tables of announced durations at closed or partly operational points, by type and by status group."""
    tallies = figures["day"]["durations"]
    for table, kind in (("durations", "types"), ("durations_by_status", "status_groups")):
        named = _label_tallies(kind, tallies[kind], words) | {words("column", "total"): tallies["all"]}
        rows: list[list[Any]] = [
            [
                words("column", NOT_STATED) if code == NOT_STATED else words.code("expected_duration", code),
                *_iterate_cells(named, code, GROUP_COLUMNS),
            ]
            for code in (*list_codes("expected_duration"), NOT_STATED)
        ]
        rows.append(_build_count_row(named, words("column", "of"), "restricted", GROUP_COLUMNS))
        columns = [Column(words("column", "duration")), *_build_head_columns(named, GROUP_COLUMNS, words)]
        yield Table(table, words("table", table), columns, rows, note=words("says", "restricted"))
