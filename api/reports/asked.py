"""Parameters of a report: area, days, format and language."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from api.asked_types import AskedMoment, Text
from api.bad_parameters import BadParameters
from api.freshness import WEEKDAYS
from api.number_parameters import EditionNumber
from api.parameter_hints import INSTANT
from api.parameters import Parameters
from api.settings import settings
from api.values.days import FIRST_YEAR, parse_day
from models.question import Question
from models.time_axes import Days

Level = Literal["global", "region", "country"]
Language = Literal["en", "fr", "es"]
Form = Literal["html", "json", "pdf", "xlsx"]
A_WEEK = dt.timedelta(days=7)
DAY: dict[str, Any] = {"type": "string", "format": "date"}


def _day(value: Any) -> Any:  # noqa: ANN401 - text from an address, or a default
    return parse_day(value) if isinstance(value, str) else value


AskedDay = Annotated[dt.date | None, BeforeValidator(_day)]


class ReportParameters(Parameters):
    """Parameters of a report."""

    f: Form | None = Field(None, description="Form of the report, before what `Accept` asks for.")  # type: ignore[assignment]
    level: Level = Field("global", description="Of the world, of one region or of one country.")
    area: Text | None = Field(None, description="Code of the region, as in /regions, or of the country (ISO alpha-3).")
    on: AskedDay = Field(
        None,
        description="The day reported (default: the last of the last whole reporting week).",
        json_schema_extra=DAY,
    )
    compare: AskedDay = Field(
        None, description="The day compared with (default: a week before).", json_schema_extra=DAY
    )
    as_known_at: AskedMoment = Field(
        None,
        description="Report what was known at this moment. A date stands for the end of that day, UTC.",
        json_schema_extra=INSTANT,
    )
    edition: EditionNumber | None = Field(None, description="Number of a frozen edition of the area, in place of days.")
    lang: Language = Field("en", description="Language of the report.")

    def place(self) -> "Area":
        """Return the area, or raise BadParameters if level and area do not go together."""
        if (self.level == "global") != (self.area is None):
            says = "is for the world, without an area" if self.level == "global" else "needs an `area`, a code"
            raise bad("area", self.area or "", f"level={self.level} {says}")
        return Area(self.level, self.area.upper() if self.area and self.level == "country" else self.area)

    def days(self, today: dt.date) -> "ReportDays":
        """Return the days, or raise BadParameters for a future day and for a compared day that is not before the
        reported day.
        """
        on = self.on or last_cut_off(today)
        if on == dt.date.min:
            raise bad("on", str(on), "has no day before it to compare with")
        compare = self.compare or max(on, dt.date.min + A_WEEK) - A_WEEK
        if compare >= on:
            raise bad("compare", str(compare), f"has to be before the day reported, {on}")
        if on > today:
            raise bad("on", str(on), f"is still to come: today is {today}, UTC")
        if compare.year < FIRST_YEAR:
            raise bad("compare" if self.compare else "on", str(compare), f"is before {FIRST_YEAR}")
        return ReportDays(on, compare)


@dataclass(frozen=True, slots=True)
class Area:
    """Area of a report: the world (`code` is None), a region or a country."""

    level: Level
    code: str | None

    def question(self, days: Days, as_known_at: dt.datetime | None) -> Question:
        return Question(
            days,
            as_known_at,
            iso3s=[self.code] if self.code and self.level == "country" else None,
            regions=[self.code] if self.code and self.level == "region" else None,
        )


@dataclass(frozen=True, slots=True)
class ReportDays:
    """Reported day and compared day; `compare` is None if the report has no compared day."""

    on: dt.date
    compare: dt.date | None


def week_ends_on() -> int:
    """Return the last weekday of the reporting week, Monday being 0."""
    return WEEKDAYS.index(settings().crossings_week_ends_on)


def last_cut_off(today: dt.date) -> dt.date:
    """Compute the last day of the last whole reporting week; today if today ends a week."""
    return today - dt.timedelta(days=(today.weekday() - week_ends_on()) % 7)


def bad(parameter: str, value: str, reason: str) -> BadParameters:
    return BadParameters([{"parameter": parameter, "value": value, "reason": reason}])
