"""Tables of measures, of the populations they touch, and of how long they are expected to last."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.reports.table import Column, Table
from api.reports.words import Words
from models.codes import codes
from models.report.figures import NO_REGION, NOT_STATED
from models.report.tally import Figures

Named = Mapping[str, Figures]


def measures(figures: Figures, words: Words) -> Iterator[Table]:
    """Measures by type, and for the world by region."""
    yield from _of_sets(figures, words, "measures", "measure", ("types", "regions"))


def populations(figures: Figures, words: Words) -> Iterator[Table]:
    """Affected populations by type, by status group, and for the world by region."""
    yield from _of_sets(figures, words, "populations", "affected_population", ("types", "status_groups", "regions"))


def _of_sets(figures: Figures, words: Words, name: str, code_list: str, kinds: tuple[str, ...]) -> Iterator[Table]:
    found = figures["day"][name]
    suffixes = {"types": "", "status_groups": "_by_status", "regions": "_by_region"}
    for kind in kinds:
        if found[kind]:
            table = f"{name}{suffixes[kind]}"
            named = _named(kind, found[kind], words) | {words("column", "total"): found["all"]}
            yield Table(
                table, words("table", table), *_set_rows(named, code_list, words), note=words("says", "overlapping")
            )


def _named(kind: str, found: Named, words: Words) -> dict[str, Figures]:
    if kind == "types":
        return {words.code("poe_type", name): each for name, each in found.items()}
    if kind == "status_groups":
        return {words.code("status_group", name): each for name, each in found.items()}
    regions = {code: each for code, each in found.items() if code != NO_REGION or each["assessed"]}
    return {code if code != NO_REGION else words("column", NO_REGION): each for code, each in regions.items()}


def _set_rows(named: Named, code_list: str, words: Words) -> tuple[list[Column], list[list[Any]]]:
    """A row for each code that some point has, with points and share for each of `named`; last, points with none."""
    everything = list(named.values())[-1]
    used = [code for code in codes(code_list) if everything["each"][code]["points"]]
    first = "measure" if code_list == "measure" else "population"
    rows: list[list[Any]] = [[words.code(code_list, code), *_cells(named, code)] for code in used]
    rows.append([words("column", "without"), *(cell for each in named.values() for cell in (each["without"], None))])
    rows.append([words("column", "of"), *(cell for each in named.values() for cell in (each["assessed"], None))])
    columns = [Column(words("column", first)), *_heads(named, words)]
    return columns, rows


def _cells(named: Named, code: str) -> Iterator[int | None]:
    for each in named.values():
        yield from (each["each"][code]["points"], each["each"][code]["share"])


def _heads(named: Named, words: Words) -> list[Column]:
    pair = (("points", "count"), ("share", "share"))
    return [Column(words("column", name), kind, head) for head in named for name, kind in pair]  # type: ignore[arg-type]


def durations(figures: Figures, words: Words) -> Iterator[Table]:
    """The announced duration at points that are closed or partly operational, by type and by status group."""
    found = figures["day"]["durations"]
    for table, kind in (("durations", "types"), ("durations_by_status", "status_groups")):
        named = _named(kind, found[kind], words) | {words("column", "total"): found["all"]}
        rows: list[list[Any]] = [
            [
                words("column", NOT_STATED) if code == NOT_STATED else words.code("expected_duration", code),
                *_cells(named, code),
            ]
            for code in (*codes("expected_duration"), NOT_STATED)
        ]
        rows.append([words("column", "of"), *(cell for each in named.values() for cell in (each["restricted"], None))])
        columns = [Column(words("column", "duration")), *_heads(named, words)]
        yield Table(table, words("table", table), columns, rows, note=words("says", "restricted"))
