"""Current state of points, each on its own day: the state that an update would replace."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Date, Select, cast, func, lateral, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from models.tables.bitemporal import ends_after, is_current
from models.tables.restriction import Restriction


def select_current_states(points: Sequence[int], days: Sequence[dt.date]) -> Select[*tuple[Any, ...]]:
    """Select, for each point on the day in the same position of `days`, the state that currently holds there.

    `position` counts the pairs from 1; a pair without a restriction has no row. `valid_to` is the first day after it.
    """
    listed = func.unnest(cast(list(points), ARRAY(BigInteger)), cast(list(days), ARRAY(Date)))
    pair = listed.table_valued("point_id", "day", with_ordinality="position").render_derived(name="pair")
    r = Restriction
    last = (
        select(r)
        .where(r.point_of_entry_id == pair.c.point_id, is_current(r.recorded_during, None))
        .where(func.lower(r.valid_during) <= pair.c.day)
        .order_by(func.lower(r.valid_during).desc())
        .limit(1)
    )
    held = lateral(last).alias("held")
    return (
        select(
            pair.c.position,
            *(held.c[name] for name in ("operational_status", "measures", "affected_populations", "comment")),
            func.lower(held.c.valid_during).label("valid_from"),
            func.upper(held.c.valid_during).label("valid_to"),
        )
        .select_from(pair)
        .join(held, true())
        .where(ends_after(held.c.valid_during, pair.c.day))
    )
