"""Parameters of the accessibility index."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.analysis.traveller_parameters import TravellerParameters
from api.parameters.hints import DATETIME_SCHEMA, AllowedValues
from api.parameters.types import DaysParameter, DecimalNumber, Iso3s, PoeTypes, Values
from api.values.datetimes import get_today
from models.analysis.accessibility import AccessibilityRequest
from models.analysis.accessibility_index import CONDITIONAL_WEIGHT, MAX_WEIGHT, TYPE_WEIGHTS, Weights
from models.codes import list_poe_types
from models.queries.filters import PointFilter
from models.tables.bitemporal import Days


def _check_poe_types(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value not in list_poe_types():
            raise ValueError(f"unknown type of point of entry {value!r}; expected one of {', '.join(list_poe_types())}")
    return values


Weight = Annotated[DecimalNumber, Field(ge=0, le=MAX_WEIGHT)]
Share = Annotated[DecimalNumber, Field(ge=0, le=1)]


class AccessibilityParameters(TravellerParameters):
    """Place, days, traveller and weights."""

    f: Literal["json", "html", "csv"] | None = Field(None, description="Format of the response.")  # type: ignore[assignment]
    datetime: DaysParameter = Field(
        None,
        description="Day (default: today, UTC), or interval `first/last`: figures by `step`, or for its last day.",
        json_schema_extra=DATETIME_SCHEMA,
    )
    step: Literal["day", "week", "month"] | None = Field(
        None, description="Figures for each day, week or month of the interval."
    )
    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Region codes, as in /regions: IOM's, M49 or custom.")
    poe_type: Annotated[PoeTypes, AfterValidator(_check_poe_types), AllowedValues(list_poe_types())] = Field(
        (), description="Types of point; default: all points of entry."
    )
    direction: Literal["entry", "exit"] = Field("entry", description="Into the country, or out of it.")
    weight_airport: Weight = Field(TYPE_WEIGHTS["airport"], description="Weight of an airport, from 0 to 10.")
    weight_land_border_point: Weight = Field(
        TYPE_WEIGHTS["land_border_point"], description="Weight of a land border point, from 0 to 10."
    )
    weight_blue_border_point: Weight = Field(
        TYPE_WEIGHTS["blue_border_point"], description="Weight of a blue border point, from 0 to 10."
    )
    weight_conditional: Share = Field(CONDITIONAL_WEIGHT, description="Weight of conditional passage, from 0 to 1.")

    def build_filter(self, as_known_at: dt.datetime | None) -> PointFilter:
        """Build the query, for points of entry only: other points let nobody into a country."""
        return PointFilter(
            self.datetime or Days.on(get_today()),
            as_known_at,
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            poe_types=list(self.poe_type) or None,
            is_poe=True,
        )

    def build_access(self) -> AccessibilityRequest:
        weights = Weights({name: getattr(self, f"weight_{name}") for name in TYPE_WEIGHTS}, self.weight_conditional)
        return AccessibilityRequest(self.build_traveller(), self.direction, weights, self.resolve_max_age_d())
