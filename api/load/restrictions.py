"""Loader for restrictions at points: the status over some days, with each measure in a row.

The rows with one point and days are one restriction. docs/loading-restrictions.md describes the format.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.load.checked_row import CheckedRow
from api.load.complaint import Complaint, UnreadableFile
from api.load.find_point import PointFinder
from api.load.intake import Intake
from api.load.new_sources import numbers_of_sources
from api.load.restriction_rows import COLUMNS, NEEDED, About, ReadRow, RestrictionReader, Said
from api.load.table_file import NumberedRow, rows_of
from models.ledgers import RESTRICTIONS
from models.names import NamedPoint, named_points
from models.observations import first_known_after
from models.record_assessments import record_assessments
from models.record_restrictions import MeasureRow, RestrictionNews, record_restrictions

MOST_NAMED = 5
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ToldRestriction:
    """A restriction from the rows of a file."""

    rows: list[ReadRow]

    @property
    def about(self) -> About:
        return self.rows[0].about

    @property
    def said(self) -> Said:
        return self.rows[0].said

    @property
    def measures(self) -> tuple[MeasureRow, ...]:
        """The measures, without repetitions."""
        return tuple(dict.fromkeys(read.measure for read in self.rows if read.measure))

    def news(self, source_id: int, known_after: dt.date | None) -> RestrictionNews:
        """Build the restriction. Without an end it is valid until the first day with other data."""
        said, last = self.said, self.about.last
        return RestrictionNews(
            point_of_entry_id=self.about.point,
            valid_from=self.about.first,
            valid_to=last + ONE_DAY if last else known_after,
            operational_status=said.operational_status,
            source_id=source_id,
            measures=self.measures,
            expected_duration=said.expected_duration,
            announced_end=said.announced_end,
            source_type=said.source_type,
            source_url=said.source_url,
            confidence=said.confidence,
            source_note=said.source_note,
            comment=said.comment,
        )


async def restrictions(intake: Intake) -> None:
    """Load the restrictions of the file, and an assessment for each day of assessment."""
    points = await intake.connection.execute(named_points())
    reader = RestrictionReader(PointFinder(NamedPoint(*point) for point in points), await intake.countries())
    rows = list(rows_of(intake.path, NEEDED))
    _refuse_unknown_columns(intake, rows[0][1] if rows else {})
    read = list(_whole(intake, *_read(intake, rows, reader)))
    sources = await numbers_of_sources(intake, read)
    known = [each for each in read if each.said.source in sources]
    await _record(intake, list(_not_at_once(intake, list(_put_together(intake, known)))), sources)


def _refuse_unknown_columns(intake: Intake, header: dict[str, str]) -> None:
    """Refuse unknown columns: a column with a misspelt name would be ignored silently."""
    if unknown := [name for name in header if name not in COLUMNS]:
        raise UnreadableFile(
            f"{intake.path.name} has the column {', '.join(unknown)}; the columns are {', '.join(COLUMNS)}"
        )


def _read(
    intake: Intake, rows: Sequence[NumberedRow], reader: RestrictionReader
) -> tuple[list[ReadRow], dict[About, int]]:
    """Parse the rows; return them with the number of a bad row by restriction."""
    broken = dict[About, int]()

    def read(row: CheckedRow) -> ReadRow:
        parsed = reader.read(row)
        if row.complaints:
            broken.setdefault(parsed.about, row.number)
        return parsed

    return intake.checked(rows, read), broken


def _whole(intake: Intake, read: Sequence[ReadRow], broken: Mapping[About, int]) -> Iterator[ReadRow]:
    """Drop restrictions with a bad row: without its exception a restriction has another meaning."""
    for each in read:
        if number := broken.get(each.about):
            point, reason = each.row.values["point"], f"row {number}, of the same point and days, cannot be used"
            intake.loaded.complaints.append(Complaint(each.row.number, "point", point, reason))
        else:
            yield each


def _put_together(intake: Intake, read: Sequence[ReadRow]) -> Iterator[ToldRestriction]:
    """Group the rows into restrictions. Rows that differ in a shared value get an error and are left out."""
    together = defaultdict[About, list[ReadRow]](list)
    for each in read:
        together[each.about].append(each)
    for rows in together.values():
        if differing := [each for each in rows if each.said != rows[0].said]:
            intake.loaded.complaints += [_other_words(each, rows[0]) for each in differing]
            continue
        if repeated := len(rows) - len({each.measure for each in rows}):
            intake.loaded.count("duplicate", repeated)
        yield ToldRestriction(rows)


def _other_words(read: ReadRow, first: ReadRow) -> Complaint:
    """Describe the first shared value that differs from the first row of the restriction."""
    column = next(name for name in Said.__slots__ if getattr(read.said, name) != getattr(first.said, name))
    reason = f"row {first.row.number} says otherwise of the same point and days"
    return Complaint(read.row.number, column, read.row.values.get(column, ""), reason)


def _not_at_once(intake: Intake, imported: Sequence[ToldRestriction]) -> Iterator[ToldRestriction]:
    """Drop restrictions that overlap in days with another restriction of the file, with an error."""
    of_point = defaultdict[int, list[ToldRestriction]](list)
    for each in imported:
        of_point[each.about.point].append(each)
    for each in imported:
        others = [other for other in of_point[each.about.point] if other is not each and _share_days(each, other)]
        if not others:
            yield each
            continue
        named = ", ".join(str(other.rows[0].row.number) for other in others[:MOST_NAMED])
        row, reason = each.rows[0].row, f"row {named} speaks of the same days too"
        intake.loaded.complaints.append(Complaint(row.number, "valid_from", row.values["valid_from"], reason))


def _share_days(one: ToldRestriction, other: ToldRestriction) -> bool:
    """Check whether the days overlap. A restriction without an end ends where a later one begins."""
    earlier, later = sorted((one.about, other.about), key=lambda about: about.first)
    return earlier.first == later.first or (earlier.last is not None and earlier.last >= later.first)


async def _record(intake: Intake, imported: Sequence[ToldRestriction], sources: dict[str, int]) -> None:
    seen = [{"point_of_entry_id": each.about.point, "seen_on": each.about.first} for each in imported]
    known_after = await first_known_after(intake.connection, RESTRICTIONS, seen)
    news = [each.news(sources[each.said.source], after) for each, after in zip(imported, known_after, strict=True)]
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
