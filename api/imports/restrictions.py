"""Loader for restrictions at points: the status over some days, with each measure in a row.

The rows with one point and days are one restriction. docs/loading-restrictions.md describes the format.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from api.imports.errors import RowError, UnreadableFile
from api.imports.importer import ImportContext
from api.imports.point_matching import PointFinder
from api.imports.restriction_rows import (
    COLUMNS,
    REQUIRED_COLUMNS,
    RestrictionKey,
    RestrictionReader,
    RestrictionRow,
    SharedValues,
)
from api.imports.row_reader import RowReader
from api.imports.tabular_file import NumberedRow, read_rows
from models.codes import fold_text
from models.recording.assessments import record_assessments
from models.recording.bitemporal_tables import RESTRICTIONS
from models.recording.geography import upsert_sources
from models.recording.observations import find_end_days
from models.recording.restrictions import MeasureRow, RestrictionUpdate, record_restrictions
from models.tables.source import Source
from models.validation.point_names import PointIdentifiers, select_point_identifiers


async def resolve_source_ids(intake: ImportContext, read: Sequence[RestrictionRow]) -> dict[str, int]:
    """Resolve the id of each source by its name or code in the rows, in any spelling.

    A source has one licence: rows with another licence get an error, and their source is left out.
    """
    known = await _fetch_sources(intake)
    licences = {name: licence for name, (_, licence) in known.items()}
    new, wrong = dict[str, str](), set[str]()
    for each in read:
        name, values = fold_text(each.said.source), each.said
        if name not in licences:
            new[name] = values.source
        if licences.setdefault(name, values.licence) != values.licence:
            reason = f"the licence of {values.source} is {licences[name]}"
            intake.loaded.row_errors.append(RowError(each.row.number, "licence", values.licence, reason))
            wrong.add(name)
    await upsert_sources(
        intake.connection, [_build_source(new[name], licences[name]) for name in new if name not in wrong]
    )
    numbers = {name: number for name, (number, _) in (await _fetch_sources(intake)).items() if name not in wrong}
    used = {each.said.source for each in read}
    return {name: numbers[fold_text(name)] for name in used if fold_text(name) in numbers}


async def _fetch_sources(intake: ImportContext) -> dict[str, tuple[int, str | None]]:
    """Fetch id and licence of each source, by folded name and by folded code."""
    rows = (await intake.connection.execute(select(Source.id, Source.code, Source.name, Source.licence))).all()
    by_name = {fold_text(row.name): (row.id, row.licence) for row in rows}
    return by_name | {fold_text(row.code): (row.id, row.licence) for row in rows}


def _build_source(name: str, licence: str | None) -> dict[str, str | None]:
    return {
        "code": fold_text(name).replace(" ", "-"),
        "name": name,
        "url": None,
        "licence": licence,
        "attribution": name,
    }


MAX_NAMED_ROWS = 5
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ImportedRestriction:
    """A restriction from the rows of a file."""

    rows: list[RestrictionRow]

    @property
    def about(self) -> RestrictionKey:
        return self.rows[0].about

    @property
    def said(self) -> SharedValues:
        return self.rows[0].said

    @property
    def measures(self) -> tuple[MeasureRow, ...]:
        """The measures, without repetitions."""
        return tuple(dict.fromkeys(read.measure for read in self.rows if read.measure))

    def build_news(self, source_id: int, known_after: dt.date | None) -> RestrictionUpdate:
        """Build the restriction. Without an end it is valid until the first day with other data."""
        said, last = self.said, self.about.last
        return RestrictionUpdate(
            point_of_entry_id=self.about.point,
            valid_from=self.about.first,
            valid_to=last + ONE_DAY if last else known_after,
            operational_status=said.operational_status,
            source_id=source_id,
            measure_rows=self.measures,
            expected_duration=said.expected_duration,
            announced_end=said.announced_end,
            source_type=said.source_type,
            source_url=said.source_url,
            confidence=said.confidence,
            source_note=said.source_note,
            comment=said.comment,
        )


async def load_point_restrictions(intake: ImportContext) -> None:
    """Load the restrictions of the file, and an assessment for each day of assessment."""
    points = await intake.connection.execute(select_point_identifiers())
    reader = RestrictionReader(
        PointFinder(PointIdentifiers(*point) for point in points), await intake.fetch_countries()
    )
    rows = list(read_rows(intake.path, REQUIRED_COLUMNS))
    _refuse_unknown_columns(intake, rows[0][1] if rows else {})
    read = list(_drop_incomplete(intake, *_parse_rows(intake, rows, reader)))
    sources = await resolve_source_ids(intake, read)
    known = [each for each in read if each.said.source in sources]
    await _record_restrictions(intake, list(_drop_overlaps(intake, list(_group_rows(intake, known)))), sources)


def _refuse_unknown_columns(intake: ImportContext, header: dict[str, str]) -> None:
    """Refuse unknown columns: a column with a misspelt name would be ignored silently."""
    if unknown := [name for name in header if name not in COLUMNS]:
        raise UnreadableFile(
            f"{intake.path.name} has the column {', '.join(unknown)}; the columns are {', '.join(COLUMNS)}"
        )


def _parse_rows(
    intake: ImportContext, rows: Sequence[NumberedRow], reader: RestrictionReader
) -> tuple[list[RestrictionRow], dict[RestrictionKey, int]]:
    """Parse the rows; return them with the number of a bad row by restriction."""
    broken = dict[RestrictionKey, int]()

    def read(row: RowReader) -> RestrictionRow:
        parsed = reader.read(row)
        if row.row_errors:
            broken.setdefault(parsed.about, row.number)
        return parsed

    return intake.parse_rows(rows, read), broken


def _drop_incomplete(
    intake: ImportContext, read: Sequence[RestrictionRow], broken: Mapping[RestrictionKey, int]
) -> Iterator[RestrictionRow]:
    """Drop restrictions with a bad row: without its exception a restriction has another meaning."""
    for each in read:
        if number := broken.get(each.about):
            point, reason = each.row.values["point"], f"row {number} of this restriction has an error"
            intake.loaded.row_errors.append(RowError(each.row.number, "point", point, reason))
        else:
            yield each


def _group_rows(intake: ImportContext, read: Sequence[RestrictionRow]) -> Iterator[ImportedRestriction]:
    """Group the rows into restrictions. Rows that differ in a shared value get an error and are left out."""
    together = defaultdict[RestrictionKey, list[RestrictionRow]](list)
    for each in read:
        together[each.about].append(each)
    for rows in together.values():
        if differing := [each for each in rows if each.said != rows[0].said]:
            intake.loaded.row_errors += [_describe_difference(each, rows[0]) for each in differing]
            continue
        if repeated := len(rows) - len({each.measure for each in rows}):
            intake.loaded.count("duplicate", repeated)
        yield ImportedRestriction(rows)


def _describe_difference(read: RestrictionRow, first: RestrictionRow) -> RowError:
    """Describe the first shared value that differs from the first row of the restriction."""
    column = next(name for name in SharedValues.__slots__ if getattr(read.said, name) != getattr(first.said, name))
    reason = f"differs from row {first.row.number} (same point and days)"
    return RowError(read.row.number, column, read.row.values.get(column, ""), reason)


def _drop_overlaps(intake: ImportContext, imported: Sequence[ImportedRestriction]) -> Iterator[ImportedRestriction]:
    """Drop restrictions that overlap in days with another restriction of the file, with an error."""
    of_point = defaultdict[int, list[ImportedRestriction]](list)
    for each in imported:
        of_point[each.about.point].append(each)
    for each in imported:
        others = [other for other in of_point[each.about.point] if other is not each and _share_days(each, other)]
        if not others:
            yield each
            continue
        named = ", ".join(str(other.rows[0].row.number) for other in others[:MAX_NAMED_ROWS])
        row, reason = each.rows[0].row, f"overlaps with the days of row {named}"
        intake.loaded.row_errors.append(RowError(row.number, "valid_from", row.values["valid_from"], reason))


def _share_days(one: ImportedRestriction, other: ImportedRestriction) -> bool:
    """Check whether the days overlap. A restriction without an end ends where a later one begins."""
    earlier, later = sorted((one.about, other.about), key=lambda about: about.first)
    return earlier.first == later.first or (earlier.last is not None and earlier.last >= later.first)


async def _record_restrictions(
    intake: ImportContext, imported: Sequence[ImportedRestriction], sources: dict[str, int]
) -> None:
    seen = [{"point_of_entry_id": each.about.point, "seen_on": each.about.first} for each in imported]
    known_after = await find_end_days(intake.connection, RESTRICTIONS, seen)
    news = [
        each.build_news(sources[each.said.source], after) for each, after in zip(imported, known_after, strict=True)
    ]
    intake.count(await record_restrictions(intake.connection, news, intake.recorded_at))
    assessments = [
        {
            "point_of_entry_id": each.about.point,
            "assessed_on": day,
            "source_id": sources[each.said.source],
            "estimated_daily_inflow": None,
            "estimated_daily_outflow": None,
            "comment": None,
        }
        for each in imported
        for day in each.said.assessed_on
    ]
    new = await record_assessments(intake.connection, assessments, intake.recorded_at)
    intake.loaded.count("new assessments", new)
