"""Statement parts of the points on a day, with the state and the passability in a direction."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Float, Integer, Select, case, cast, func, null, select, true

from models.analysis.passability import NOT_KNOWN_LATELY, select_passability
from models.analysis.staleness import is_stale
from models.queries.country_columns import select_country_level
from models.queries.filters import PointFilter
from models.queries.history import select_measure_rows
from models.queries.points import matches_filter, select_last_assessment, select_state
from models.tables.bitemporal import ends_after
from models.tables.country import Country
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.source import Source

version = PointOfEntryVersion


class PassabilityQuery:
    """Parts of a statement over the points that match a filter of one day, to be narrowed, ordered and cut.

    `passing` has `passable` and `conditions` of the direction, of any age; `passable` is `NOT_KNOWN_LATELY` if the
    state is stale. The statement has the parameters of a `Traveller`, and `stale_until`.
    """

    def __init__(self, question: PointFilter, direction: Any) -> None:  # noqa: ANN401 - ENTRY, EXIT or an expression
        self.question = question
        self.direction = direction
        self.state = select_state(question)
        self.passing = select_passability(self.state, version.iso3, direction)
        self.assessed = select_last_assessment(question)
        self.is_stale = is_stale(self.state, self.assessed.c.assessed_on)
        self.passable = case((self.is_stale, NOT_KNOWN_LATELY), else_=self.passing.c.passable)

    def select_columns(self, *columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns
        """Select these columns of PointOfEntryVersion, of the state and of the passability."""
        return (
            select(*columns)
            .select_from(version)
            .outerjoin(self.state, ends_after(self.state.c.valid_during, self.question.days.first))
            .join(self.passing, true())
            .where(matches_filter(self.question, self.state))
        )

    def select_described(self, *more: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns
        """Select a full row per point. `measures` are all rows of its record, of both directions.

        `last_known` is the outdated passability, or null; `conditions` belong to the outdated or the current one.
        """
        state, assessed = self.state, self.assessed
        return (
            self.select_columns(
                PointOfEntry.id.label("key"),
                PointOfEntry.code,
                version.name,
                version.poe_type,
                version.iso3.label("country"),
                func.coalesce(Country.display_name, Country.name).label("country_name"),
                version.other_iso3.label("other_country"),
                version.opening_hours,
                func.ST_X(version.geometry, type_=Float).label("longitude"),
                func.ST_Y(version.geometry, type_=Float).label("latitude"),
                self.direction.label("direction"),
                self.passable.label("passable"),
                case((self.is_stale, self.passing.c.passable), else_=null()).label("last_known"),
                self.passing.c.conditions,
                state.c.operational_status,
                select_measure_rows(state.c.id).label("measures"),
                func.lower(state.c.valid_during, type_=Date).label("since"),
                state.c.announced_end,
                (state.c.announced_end < self.question.days.last).label("announced_end_passed"),
                assessed.c.assessed_on.label("last_assessed"),
                Source.name.label("source"),
                state.c.source_url,
                state.c.confidence,
                state.c.comment,
                build_travel_level(self.question),
                *more,
            )
            .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
            .join(Country, Country.iso3 == version.iso3)
            .outerjoin(Source, Source.id == state.c.source_id)
            .outerjoin(assessed, true())
        )


def build_travel_level(question: PointFilter) -> ColumnElement[int]:
    """Build the SQL expression of the level of international travel that Country imposes on everybody, null without a
    record.

    Not a join: PostgreSQL evaluates it only for the few rows left after ordering and cutting.
    """
    last = select_country_level("international_travel", question)
    level = select(cast(last.c.level, Integer)).where(ends_after(last.c.valid_during, question.days.first))
    return level.correlate(Country).scalar_subquery().label("international_travel")
