"""Loader for IOM's assessments of points of entry, from tables of many layouts, through a column map.

A row states what was seen at a point on a day. It never adds a point: points come from the register.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from api.country_hints import names_in_use
from api.load.checked_row import CheckedRow
from api.load.column_map import ColumnMap
from api.load.complaint import Complaint, UnreadableFile
from api.load.find_point import IDENTIFIERS, PointFinder
from api.load.intake import Intake, Load
from api.load.mapped_row import MappedColumns
from api.load.observation_reader import ObservationReader
from api.load.table_file import NumberedRow, rows_of
from models.codes import folded
from models.names import NamedPoint, country_names, named_points
from models.observations import Observation, record_observations

KIND = "iom-poe"
ReadRow = tuple[CheckedRow, Observation]


def iom_poe(column_map: ColumnMap) -> Load:
    """Build the loader for a table of assessments, read through the column map."""

    async def load(intake: Intake) -> None:
        rows = [(number, values) for number, values in rows_of(intake.path) if not _is_hxl(values)]
        columns = _columns(rows, column_map, intake)
        reader = await _reader(intake, columns, column_map)
        read = intake.checked(rows, lambda row: (row, reader.observation(row)))
        await _record(intake, _once_each(read, columns.of_field.get("observed_on", ""), intake))

    return load


async def _reader(intake: Intake, columns: MappedColumns, column_map: ColumnMap) -> ObservationReader:
    points = await intake.connection.execute(named_points())
    countries = _country_words(await intake.connection.execute(country_names()))
    finder = PointFinder(NamedPoint(*point) for point in points)
    return ObservationReader(columns, column_map, finder, countries, (await intake.source_ids())[KIND])


def _columns(rows: Sequence[NumberedRow], column_map: ColumnMap, intake: Intake) -> MappedColumns:
    """Map the columns of the file, or raise UnreadableFile if a required column is missing."""
    header = list(rows[0][1]) if rows else []
    columns = MappedColumns.of(header, column_map)
    for wanted in (("observed_on",), ("operational_status",), (*IDENTIFIERS, "name")):
        if rows and not any(name in columns.of_field for name in wanted):
            raise UnreadableFile(
                f"{intake.path.name} has no column that the column map has under {' or '.join(wanted)};"
                f" its columns are {', '.join(header)}"
            )
    if columns.not_read:
        intake.loaded.count(f"columns not read ({', '.join(columns.not_read)})", len(columns.not_read))
    return columns


def _is_hxl(values: dict[str, str]) -> bool:
    """Check whether the row has tags of the Humanitarian Exchange Language, as tables on HDX have below the header."""
    filled = [value for value in values.values() if value]
    return bool(filled) and all(value.startswith("#") for value in filled)


def _country_words(names: Iterable[Sequence[str | None]]) -> dict[str, str]:
    """Build the index of alpha-3 codes by folded code and name, with common names beside the United Nations' lists.

    A word that two countries share is left out.
    """
    iso3s_by_word: dict[str, set[str]] = defaultdict(set)
    for iso3, *others in names:
        for word in (iso3, *others):
            iso3s_by_word[folded(word or "")].add(iso3 or "")
    known = {iso3 for iso3s in iso3s_by_word.values() for iso3 in iso3s}
    in_use = {word: iso3 for word, iso3 in names_in_use().items() if iso3 in known and word not in iso3s_by_word}
    return in_use | {word: iso3s.pop() for word, iso3s in iso3s_by_word.items() if word and len(iso3s) == 1}


def _once_each(read: Sequence[ReadRow], day_column: str, intake: Intake) -> list[Observation]:
    """Drop repeated observations, and all observations that contradict one another."""
    rows_by_day: dict[tuple[int, dt.date], list[ReadRow]] = defaultdict(list)
    for row, seen in read:
        rows_by_day[seen.point_of_entry_id, seen.seen_on].append((row, seen))
    observations = []
    for same_day in rows_by_day.values():
        if len({seen for _, seen in same_day}) > 1:
            intake.loaded.complaints += _contradictions(same_day, day_column)
            continue
        observations.append(same_day[0][1])
        if repeated := len(same_day) - 1:
            intake.loaded.count("duplicate", repeated)
    return observations


def _contradictions(same_day: Sequence[ReadRow], day_column: str) -> Iterator[Complaint]:
    for row, seen in same_day:
        others = ", ".join(str(other.number) for other, other_seen in same_day if other_seen != seen)
        reason = f"row {others} says otherwise of the same point and day"
        yield Complaint(row.number, day_column, row.values[day_column], reason)


async def _record(intake: Intake, observations: Sequence[Observation]) -> None:
    recorded = await record_observations(intake.connection, observations, intake.recorded_at)
    intake.count(recorded.restrictions)
    for outcome, number in Counter(each.outcome for each in recorded.health_capacities).items():
        intake.loaded.count(f"health capacities {outcome}", number)
    intake.loaded.count("new assessments", recorded.assessments)
