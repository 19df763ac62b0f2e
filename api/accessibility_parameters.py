"""Parameters of the accessibility index."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.asked_types import AskedDays, Iso3s, PoeTypes, Values
from api.number_parameters import Decimal
from api.parameter_hints import DATETIME, OneOf
from api.time_parameters import today
from api.traveller_parameters import TravellerParameters
from models.accessibility import Access
from models.accessibility_index import BY_CONDITION, BY_TYPE, LARGEST_WEIGHT, Weights
from models.codes import codes_where_is_poe
from models.question import Question
from models.time_axes import Days


def _of_entry(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value not in codes_where_is_poe():
            raise ValueError(f"{value!r} is no point of entry: those are {', '.join(codes_where_is_poe())}")
    return values


Weight = Annotated[Decimal, Field(ge=0, le=LARGEST_WEIGHT)]
Part = Annotated[Decimal, Field(ge=0, le=1)]


class AccessibilityParameters(TravellerParameters):
    """Place, days, traveller and weights."""

    f: Literal["json", "html", "csv"] | None = Field(None, description="Form of the answer.")  # type: ignore[assignment]
    datetime: AskedDays = Field(
        None,
        description="The day asked about (default: today, UTC), or an interval `first/last`, by `step` or of the last "
        "state within it.",
        json_schema_extra=DATETIME,
    )
    step: Literal["day", "week", "month"] | None = Field(
        None, description="Figures for each day, week or month of the interval."
    )
    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Codes of regions, as in /regions: IOM's, M49 or custom.")
    poe_type: Annotated[PoeTypes, AfterValidator(_of_entry), OneOf(codes_where_is_poe())] = Field(
        (), description="Types of point; all points of entry, if none is named."
    )
    direction: Literal["entry", "exit"] = Field("entry", description="Into the country, or out of it.")
    weight_airport: Weight = Field(BY_TYPE["airport"], description="What an airport counts, from 0 to 10.")
    weight_land_border_point: Weight = Field(
        BY_TYPE["land_border_point"], description="What a land border point counts, from 0 to 10."
    )
    weight_blue_border_point: Weight = Field(
        BY_TYPE["blue_border_point"], description="What a blue border point counts, from 0 to 10."
    )
    weight_conditional: Part = Field(
        BY_CONDITION, description="What passage under conditions counts of one without, from 0 to 1."
    )

    def question(self, as_known_at: dt.datetime | None) -> Question:
        """Build the query, for points of entry only: other points let nobody into a country."""
        return Question(
            self.datetime or Days.on(today()),
            as_known_at,
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            poe_types=list(self.poe_type) or None,
            is_poe=True,
        )

    def build_access(self) -> Access:
        weights = Weights({name: getattr(self, f"weight_{name}") for name in BY_TYPE}, self.weight_conditional)
        return Access(self.build_traveller(), self.direction, weights, self.resolve_max_age_d())
