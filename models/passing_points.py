"""Points on a day, each with what held there and whether somebody gets through in a direction."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Float, Integer, Select, case, cast, func, null, select, true

from models.country import Country
from models.history import measure_rows
from models.of_country import measure_of_the_day
from models.passable import NOT_KNOWN_LATELY, passage
from models.point_answers import answers, last_assessment, state_of_the_day
from models.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.question import Question
from models.source import Source
from models.staleness import is_stale
from models.time_axes import reaches

version = PointOfEntryVersion


class PassingPoints:
    """The parts of a statement over the points that answer a question of one day, to be narrowed, ordered and cut.

    `passing` has `passable` and `conditions` of the direction, however old; `passable` is NOT_KNOWN_LATELY where the
    state is stale. The statement has the parameters of a Traveller, and `stale_until`.
    """

    def __init__(self, question: Question, direction: Any) -> None:  # noqa: ANN401 - ENTRY, EXIT or an expression
        self.question = question
        self.direction = direction
        self.state = state_of_the_day(question)
        self.passing = passage(self.state, version.iso3, direction)
        self.assessed = last_assessment(question)
        self.is_stale = is_stale(self.state, self.assessed.c.assessed_on)
        self.passable = case((self.is_stale, NOT_KNOWN_LATELY), else_=self.passing.c.passable)

    def narrowed(self, *columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns
        """Statement giving these columns of PointOfEntryVersion, of the state and of the passing."""
        return (
            select(*columns)
            .select_from(version)
            .outerjoin(self.state, reaches(self.state.c.valid_during, self.question.days.first))
            .join(self.passing, true())
            .where(answers(self.question, self.state))
        )

    def described(self, *more: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns
        """Statement giving a whole row per point. `measures` are all rows of its record, of both directions.

        `last_known` is the answer that is too old to be given, else null; `conditions` are those of either.
        """
        state, assessed = self.state, self.assessed
        return (
            self.narrowed(
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
                measure_rows(state.c.id).label("measures"),
                func.lower(state.c.valid_during, type_=Date).label("since"),
                state.c.announced_end,
                (state.c.announced_end < self.question.days.last).label("announced_end_passed"),
                assessed.c.assessed_on.label("last_assessed"),
                Source.name.label("source"),
                state.c.source_url,
                state.c.confidence,
                state.c.comment,
                level_of_travel(self.question),
                *more,
            )
            .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
            .join(Country, Country.iso3 == version.iso3)
            .outerjoin(Source, Source.id == state.c.source_id)
            .outerjoin(assessed, true())
        )


def level_of_travel(question: Question) -> ColumnElement[int]:
    """SQL expression: the level of international travel that Country imposes on all, null where nobody recorded one.

    Not a join: PostgreSQL works it out for the few rows that are left when all are ordered and cut.
    """
    last = measure_of_the_day("international_travel", question)
    level = select(cast(last.c.level, Integer)).where(reaches(last.c.valid_during, question.days.first))
    return level.correlate(Country).scalar_subquery().label("international_travel")
