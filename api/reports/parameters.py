"""Parameters of a report: area, days, format and language."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from api.analysis.freshness import WEEKDAYS
from api.parameters.errors import BadParameters
from api.parameters.hints import INSTANT_SCHEMA
from api.parameters.shared import Parameters
from api.parameters.types import EditionNumber, MomentParameter, Text
from api.reports.output.registry import ReportFormatName
from api.settings import get_settings
from api.values.days import FIRST_YEAR, parse_day
from models.queries.filters import PointFilter
from models.tables.bitemporal import Days

Level = Literal["global", "region", "country"]
Language = Literal["en", "fr", "es"]
WEEK = dt.timedelta(days=7)
DAY_SCHEMA: dict[str, Any] = {"type": "string", "format": "date"}


def _parse_day_value(value: Any) -> Any:  # noqa: ANN401 - text from an address, or a default
    return parse_day(value) if isinstance(value, str) else value


DayParameter = Annotated[dt.date | None, BeforeValidator(_parse_day_value)]


class ReportParameters(Parameters):
    """Parameters of a report."""

    f: ReportFormatName | None = Field(None, description="Format of the report; takes precedence over `Accept`.")  # type: ignore[assignment]
    level: Level = Field("global", description="Report on the world, one region or one country.")
    area: Text | None = Field(None, description="Code of the region, as in /regions, or of the country (ISO alpha-3).")
    on: DayParameter = Field(
        None,
        description="Day of the report (default: the last day of the last complete reporting week).",
        json_schema_extra=DAY_SCHEMA,
    )
    compare: DayParameter = Field(
        None, description="Day to compare with (default: a week earlier).", json_schema_extra=DAY_SCHEMA
    )
    as_known_at: MomentParameter = Field(
        None,
        description="Report the data as of this moment. A date means the end of that day, UTC.",
        json_schema_extra=INSTANT_SCHEMA,
    )
    edition: EditionNumber | None = Field(None, description="Number of a frozen edition of the area, instead of days.")
    lang: Language = Field("en", description="Language of the report.")

    def place(self) -> "Area":
        """Return the area, or raise BadParameters if level and area do not go together."""
        if (self.level == "global") != (self.area is None):
            says = (
                "is only for the level world, without an area" if self.level == "global" else "needs an `area`, a code"
            )
            raise build_parameter_error("area", self.area or "", f"level={self.level} {says}")
        return Area(self.level, self.area.upper() if self.area and self.level == "country" else self.area)

    def days(self, today: dt.date) -> "ReportDays":
        """Return the days, or raise BadParameters for a future day and for a compared day that is not before the
        reported day.
        """
        on = self.on or compute_last_cut_off(today)
        if on == dt.date.min:
            raise build_parameter_error("on", str(on), "has no earlier day to compare with")
        compare = self.compare or max(on, dt.date.min + WEEK) - WEEK
        if compare >= on:
            raise build_parameter_error("compare", str(compare), f"must be before the day of the report, {on}")
        if on > today:
            raise build_parameter_error("on", str(on), f"is in the future: today is {today}, UTC")
        if compare.year < FIRST_YEAR:
            raise build_parameter_error("compare" if self.compare else "on", str(compare), f"is before {FIRST_YEAR}")
        return ReportDays(on, compare)


@dataclass(frozen=True, slots=True)
class Area:
    """Area of a report: the world (`code` is None), a region or a country."""

    level: Level
    code: str | None

    def build_filter(self, days: Days, as_known_at: dt.datetime | None) -> PointFilter:
        return PointFilter(
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


def get_week_end() -> int:
    """Return the last weekday of the reporting week, Monday being 0."""
    return WEEKDAYS.index(get_settings().crossings_week_ends_on)


def compute_last_cut_off(today: dt.date) -> dt.date:
    """Compute the last day of the last whole reporting week; today if today ends a week."""
    return today - dt.timedelta(days=(today.weekday() - get_week_end()) % 7)


def build_parameter_error(parameter: str, value: str, reason: str) -> BadParameters:
    return BadParameters([{"parameter": parameter, "value": value, "reason": reason}])
