"""Recording of restrictions with their measures, which are replaced together."""

import datetime as dt
import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bitemporal_tables import RESTRICTIONS
from models.recording.bitemporal_update import Outcome, record_updates
from models.recording.bulk_rows import NOTHING_SHARED, encode_json_rows


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """Measure of a restriction, as in the table restriction_measure; sets are stored sorted."""

    measure: str
    direction: str = "both"
    traffic: str = "all"
    affected_populations: tuple[str, ...] = ()
    nationality_rule: str = "all"
    nationalities: tuple[str, ...] = ()
    is_exception: bool = False
    comment: str | None = None

    def build_row(self) -> dict[str, Any]:
        populations, nationalities = sorted(set(self.affected_populations)), sorted(set(self.nationalities))
        row = dict(zip(MEASURE_COLUMNS, MEASURE_VALUES(self), strict=True))
        return row | {"affected_populations": populations, "nationalities": nationalities}


# Together some 3 MB.
MAX_CACHED, MAX_CACHED_MEASURES, MAX_CACHED_CHARACTERS = 256, 8, 500
MEASURE_COLUMNS = tuple(MeasureRow.__dataclass_fields__)
MEASURE_VALUES = attrgetter(*MEASURE_COLUMNS)


@dataclass(frozen=True, slots=True)
class MeasureContent:
    """Content of a restriction's measures: their `rows` of the table, their flat sets, and their digest.

    It is never changed: restrictions with equal measures share it.
    """

    rows: list[dict[str, Any]]
    measures: list[str]
    affected_populations: list[str]
    digest: str


def build_measure_content(measures: tuple[MeasureRow, ...], affected_populations: tuple[str, ...]) -> MeasureContent:
    """Build the content once for all points with equal measures, which are most of an office's ten thousand.

    Long comments and lists are unique to a point: they are not cached.
    """
    characters = sum(len(measure.comment or "") for measure in measures)
    is_short = len(measures) <= MAX_CACHED_MEASURES and characters <= MAX_CACHED_CHARACTERS
    return (_build_cached_content if is_short else _build_content)(measures, affected_populations)


def _build_content(measures: tuple[MeasureRow, ...], affected_populations: tuple[str, ...]) -> MeasureContent:
    """Return the rows, sets and digest.

    The order of the rows does not depend on the order in which the measures were sent. The flat sets leave out
    exceptions: nationals that may pass are not among the people that the measures affect.
    """
    rows = sorted((measure.build_row() for measure in measures), key=json.dumps)
    applied = [row for row in rows if not row["is_exception"]]
    populations = sorted({*affected_populations, *(code for row in applied for code in row["affected_populations"])})
    names = sorted({row["measure"] for row in applied})
    return MeasureContent(rows, names, populations, _digest([rows, populations]))


_build_cached_content = lru_cache(maxsize=MAX_CACHED)(_build_content)


def _digest(content: Any) -> str:  # noqa: ANN401 - anything JSON can carry
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class RestrictionUpdate:
    """State of a point from `valid_from` up to and not including `valid_to` (None: open-ended), as reported.

    It has every column of the table that updates fill: `measures`, `affected_populations` and `measures_digest` are
    those of `content`, which is built from `measure_rows` and `populations`. The latter are for a restriction with
    measures that list no populations. An update that is `withdrawn` closes the current records of its days without a
    new state; one that `corrects` is recorded even if only its wording changes.
    """

    point_of_entry_id: int
    valid_from: dt.date
    valid_to: dt.date | None
    operational_status: str
    source_id: int
    measure_rows: tuple[MeasureRow, ...] = ()
    populations: tuple[str, ...] = ()
    expected_duration: str | None = None
    announced_end: dt.date | None = None
    source_type: str | None = None
    source_url: str | None = None
    confidence: str = "reported"
    source_note: str | None = None
    comment: str | None = None
    submission_id: int | None = None
    withdrawn: bool = False
    corrects: bool = False
    content: MeasureContent = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once: each of three columns reads the content.
        object.__setattr__(self, "content", build_measure_content(self.measure_rows, self.populations))

    @property
    def valid_during(self) -> str:
        return format_day_range(self.valid_from, self.valid_to)

    @property
    def measures(self) -> list[str]:
        return self.content.measures

    @property
    def affected_populations(self) -> list[str]:
        return self.content.affected_populations

    @property
    def measures_digest(self) -> str:
        return self.content.digest


def format_day_range(first: dt.date, end: dt.date | None) -> str:
    """Format the days from `first` up to and not including `end` as PostgreSQL's text form of a range."""
    lower = "-infinity" if first == dt.date.min else first.isoformat()
    return f"[{lower},{end.isoformat() if end else ''})"


def find_first_after(days: Sequence[dt.date], day: dt.date) -> dt.date | None:
    """Return the first of the days, which are in order, after `day`."""
    after = bisect_right(days, day)
    return days[after] if after < len(days) else None


async def record_restrictions(
    connection: AsyncConnection,
    news: Sequence[RestrictionUpdate],
    recorded_at: dt.datetime,
    *,
    shared: Mapping[str, Any] = NOTHING_SHARED,
) -> list[Outcome]:
    """Record the updates with their measures, and return the outcome of each, or raise `ContradictoryUpdates`.

    The remainders of superseded restrictions keep their measures. `shared` are columns with one value for all updates.
    """
    outcomes = await record_updates(connection, RESTRICTIONS, news, recorded_at, shared=shared)
    await connection.execute(COPY_REMAINDER_MEASURES)
    added = [
        row | {"restriction_id": outcome.record_id}
        for piece, outcome in zip(news, outcomes, strict=True)
        if outcome.record_id is not None
        for row in piece.content.rows
    ]
    encoded = await encode_json_rows(added, ("restriction_id", *MEASURE_COLUMNS))
    await connection.execute(ADD_MEASURES, {"rows": encoded})
    return outcomes


MEASURE_COLUMN_LIST = ", ".join(MEASURE_COLUMNS)
# `record_updates` leaves the table `remainder` for the rest of the transaction.
COPY_REMAINDER_MEASURES = text(f"""
    INSERT INTO restriction_measure (restriction_id, {MEASURE_COLUMN_LIST})
    SELECT r.id, {", ".join(f"m.{column}" for column in MEASURE_COLUMNS)}
    FROM remainder r JOIN restriction_measure m ON m.restriction_id = r.remainder_of_id
    ORDER BY r.id, m.id
""")
ADD_MEASURES = text(f"""
    INSERT INTO restriction_measure (restriction_id, {MEASURE_COLUMN_LIST})
    SELECT restriction_id, {MEASURE_COLUMN_LIST}
    FROM json_populate_recordset(NULL::restriction_measure, CAST(:rows AS json))
""")
