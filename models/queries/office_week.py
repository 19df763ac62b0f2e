"""Statement of the current state of each active point, for an office to confirm or change."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, null, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.queries.filters import PointFilter, matches_register
from models.queries.points import select_last_assessment, select_state
from models.recording.restrictions import MeasureRow
from models.tables.bitemporal import Days, ends_after
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.restriction import RestrictionMeasure

version = PointOfEntryVersion
REGISTER_COLUMNS = (
    *("name", "iso3", "poe_type", "lifecycle", "valid_during", "iata", "icao", "unlocode", "opening_hours"),
    *("evidence", "other_iso3", "counterpart"),
)
STATE_COLUMNS = ("operational_status", "affected_populations", "measures_digest", "expected_duration", "announced_end")


def select_office_week(iso3s: Sequence[str], day: dt.date) -> Select[*tuple[Any, ...]]:
    """Select the points that are active on the day, by country and code, with their state on that day.

    The register columns are the columns of `points_named`, `evidence`, the country and the code of the point across the
    border, and the location of the point, in degrees. Then come the day of the last assessment, the columns of the
    restriction, its days (`valid_to` is excluded) and `measure_rows`, a list of objects. A point without an assessment
    has nulls and an empty list.
    """
    question = PointFilter(Days.on(day), iso3s=list(iso3s))
    state, assessed = select_state(question), select_last_assessment(question)
    return (
        select(
            PointOfEntry.id.label("point_id"),
            PointOfEntry.code,
            *(getattr(version, name) for name in REGISTER_COLUMNS),
            null().label("successor"),
            func.ST_X(version.geometry).label("longitude"),
            func.ST_Y(version.geometry).label("latitude"),
            assessed.c.assessed_on.label("last_assessed"),
            *(state.c[name] for name in (*STATE_COLUMNS, "status_group", "confidence", "comment")),
            func.lower(state.c.valid_during).label("valid_from"),
            func.upper(state.c.valid_during).label("valid_to"),
            _build_measure_rows(state.c.id).label("measure_rows"),
        )
        .select_from(version)
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .outerjoin(state, ends_after(state.c.valid_during, day))
        .outerjoin(assessed, true())
        .where(matches_register(question), version.valid_during.contains(day), version.lifecycle == "active")
        .order_by(version.iso3, PointOfEntry.code)
    )


def _build_measure_rows(restriction_id: Any) -> Any:  # noqa: ANN401 - a column; a scalar subquery
    measure = RestrictionMeasure
    row = func.jsonb_build_object(
        *(part for name in MeasureRow.__dataclass_fields__ for part in (name, getattr(measure, name)))
    )
    rows = select(func.coalesce(func.jsonb_agg(aggregate_order_by(row, measure.id)), func.jsonb_build_array()))
    return rows.where(measure.restriction_id == restriction_id).scalar_subquery()
