"""Loader for IOM's assessments of points of entry, from tables of many layouts, through a column map.

A row states what was seen at a point on a day. It never adds a point: points come from the register.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from api.imports.errors import RowError, UnreadableFile
from api.imports.importer import ImportContext, Loader
from api.imports.iom.column_map import ColumnMap
from api.imports.iom.mapped_row import MappedColumns
from api.imports.iom.observation_reader import ObservationReader
from api.imports.point_matching import IDENTIFIERS, PointFinder
from api.imports.row_reader import RowReader
from api.imports.tabular_file import NumberedRow, read_rows
from api.parameters.country_hints import load_country_names
from models.codes import fold_text
from models.recording.observations import Observation, record_observations
from models.validation.point_names import PointIdentifiers, select_country_names, select_point_identifiers

KIND = "iom-poe"
ParsedRow = tuple[RowReader, Observation]


def build_assessment_loader(column_map: ColumnMap) -> Loader:
    """Build the loader for a table of assessments, read through the column map."""

    async def load(intake: ImportContext) -> None:
        rows = [(number, values) for number, values in read_rows(intake.path) if not _is_hxl(values)]
        columns = _map_columns(rows, column_map, intake)
        reader = await _build_reader(intake, columns, column_map)
        read = intake.parse_rows(rows, lambda row: (row, reader.read_observation(row)))
        await _record_observations(
            intake, _drop_duplicates(read, columns.column_by_field.get("observed_on", ""), intake)
        )

    return load


async def _build_reader(intake: ImportContext, columns: MappedColumns, column_map: ColumnMap) -> ObservationReader:
    points = await intake.connection.execute(select_point_identifiers())
    countries = _build_country_index(await intake.connection.execute(select_country_names()))
    finder = PointFinder(PointIdentifiers(*point) for point in points)
    return ObservationReader(columns, column_map, finder, countries, (await intake.fetch_source_ids())[KIND])


def _map_columns(rows: Sequence[NumberedRow], column_map: ColumnMap, intake: ImportContext) -> MappedColumns:
    """Map the columns of the file, or raise UnreadableFile if a required column is missing."""
    header = list(rows[0][1]) if rows else []
    columns = MappedColumns.match_header(header, column_map)
    for wanted in (("observed_on",), ("operational_status",), (*IDENTIFIERS, "name")):
        if rows and not any(name in columns.column_by_field for name in wanted):
            raise UnreadableFile(
                f"{intake.path.name} has no column that the column map has under {' or '.join(wanted)};"
                f" its columns are {', '.join(header)}"
            )
    if columns.unread_columns:
        intake.loaded.count(f"ignored columns ({', '.join(columns.unread_columns)})", len(columns.unread_columns))
    return columns


def _is_hxl(values: dict[str, str]) -> bool:
    """Check whether the row has tags of the Humanitarian Exchange Language, as tables on HDX have below the header."""
    filled = [value for value in values.values() if value]
    return bool(filled) and all(value.startswith("#") for value in filled)


def _build_country_index(names: Iterable[Sequence[str | None]]) -> dict[str, str]:
    """Build the index of alpha-3 codes by folded code and name, with common names beside the United Nations' lists.

    A word that two countries share is left out.
    """
    iso3s_by_word: dict[str, set[str]] = defaultdict(set)
    for iso3, *others in names:
        for word in (iso3, *others):
            iso3s_by_word[fold_text(word or "")].add(iso3 or "")
    known = {iso3 for iso3s in iso3s_by_word.values() for iso3 in iso3s}
    in_use = {word: iso3 for word, iso3 in load_country_names().items() if iso3 in known and word not in iso3s_by_word}
    return in_use | {word: iso3s.pop() for word, iso3s in iso3s_by_word.items() if word and len(iso3s) == 1}


def _drop_duplicates(read: Sequence[ParsedRow], day_column: str, intake: ImportContext) -> list[Observation]:
    """Drop repeated observations, and all observations that contradict one another."""
    rows_by_day: dict[tuple[int, dt.date], list[ParsedRow]] = defaultdict(list)
    for row, seen in read:
        rows_by_day[seen.point_of_entry_id, seen.seen_on].append((row, seen))
    observations = []
    for same_day in rows_by_day.values():
        if len({seen for _, seen in same_day}) > 1:
            intake.loaded.row_errors += _describe_contradictions(same_day, day_column)
            continue
        observations.append(same_day[0][1])
        if repeated := len(same_day) - 1:
            intake.loaded.count("duplicate", repeated)
    return observations


def _describe_contradictions(same_day: Sequence[ParsedRow], day_column: str) -> Iterator[RowError]:
    for row, seen in same_day:
        others = ", ".join(str(other.number) for other, other_seen in same_day if other_seen != seen)
        reason = f"contradicts row {others} (same point and day)"
        yield RowError(row.number, day_column, row.values[day_column], reason)


async def _record_observations(intake: ImportContext, observations: Sequence[Observation]) -> None:
    recorded = await record_observations(intake.connection, observations, intake.recorded_at)
    intake.count(recorded.restrictions)
    for outcome, number in Counter(each.outcome for each in recorded.health_capacities).items():
        intake.loaded.count(f"health capacities {outcome}", number)
    intake.loaded.count("new assessments", recorded.assessments)
