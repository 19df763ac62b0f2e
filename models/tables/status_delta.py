"""Table of status deltas: the change in the number of points with a status, from a day on, as of a moment on.

The points with a status on any day, as of any moment, are the sum of the deltas up to both. Counted from the
restrictions, 100,000 points over 26 weeks were 2.5 million records, read in two seconds.

Triggers of the database maintain the deltas for every writer. The deltas only repeat information of the restrictions
and the register, so rows are only added; they add up to the current state because each closed record reverses its own
deltas.
"""

import datetime as dt

from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, attach_ddl, enforce_append_only
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.restriction import Restriction


class StatusDelta(Base):
    """Delta from `day` on, as of `recorded_at` on: `points` more have the status, or fewer if negative.

    It counts active points, of their type and in their country on the day.
    """

    __tablename__ = "status_step"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    recorded_at: Mapped[dt.datetime]
    day: Mapped[dt.date]
    iso3: Mapped[str] = mapped_column(index=True)
    poe_type: Mapped[str]
    status_group: Mapped[str]
    points: Mapped[int]


enforce_append_only(StatusDelta)

# A restriction and a version of its point's entry are current together for some time about some days: a rectangle with
# deltas at its corners. Each {r} and {v} is a table, or a relation with its columns, with `sign`: 1 for new records, -1
# for the records they replace.
ADD_DELTAS = """
    INSERT INTO status_step (recorded_at, day, iso3, poe_type, status_group, points)
    SELECT step.recorded_at, step.day, v.iso3, v.poe_type, r.status_group, sum(step.points * {changed}.sign)
    FROM {r} r JOIN {v} v ON v.point_of_entry_id = r.point_of_entry_id
    CROSS JOIN LATERAL (
        SELECT r.valid_during * v.valid_during AS days, r.recorded_during * v.recorded_during AS moments
    ) together
    CROSS JOIN LATERAL (VALUES
        (lower(moments), lower(days), 1), (lower(moments), upper(days), -1),
        (upper(moments), lower(days), -1), (upper(moments), upper(days), 1)
    ) step (recorded_at, day, points)
    WHERE v.lifecycle = 'active' AND v.valid_during && r.valid_during AND v.recorded_during && r.recorded_during
        AND step.recorded_at IS NOT NULL AND step.day IS NOT NULL
    GROUP BY step.recorded_at, step.day, v.iso3, v.poe_type, r.status_group
    HAVING sum(step.points * {changed}.sign) <> 0;
"""
NEW_ROWS = "(SELECT *, 1 AS sign FROM came)"
CHANGED_ROWS = "(SELECT *, 1 AS sign FROM came UNION ALL SELECT *, -1 FROM went)"
DELTA_FUNCTION = """
CREATE OR REPLACE FUNCTION step_statuses_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {came} ELSE {came_and_went} END IF;
    RETURN NULL;
END $$
"""


def _create_delta_triggers(mapped: type[Base], place: str) -> None:
    """Create the triggers that add deltas when rows of the table are added or closed; `place` is r or v in
    `ADD_DELTAS`.
    """
    table = mapped.__tablename__
    tables = {"r": Restriction.__tablename__, "v": PointOfEntryVersion.__tablename__, "changed": place}
    came, came_and_went = (ADD_DELTAS.format(**tables | {place: rows}) for rows in (NEW_ROWS, CHANGED_ROWS))
    function = DELTA_FUNCTION.format(table=table, came=came, came_and_went=came_and_went)
    attach_ddl(Base.metadata, "after_create", function)
    for when, seen in (("insert", "NEW TABLE AS came"), ("update", "OLD TABLE AS went NEW TABLE AS came")):
        trigger = f"CREATE TRIGGER {table}_steps_statuses_on_{when} AFTER {when.upper()} ON {table} REFERENCING {seen}"
        statement = f"{trigger} FOR EACH STATEMENT EXECUTE FUNCTION step_statuses_of_{table}()"
        attach_ddl(Base.metadata, "after_create", statement)


_create_delta_triggers(Restriction, "r")
_create_delta_triggers(PointOfEntryVersion, "v")
