"""Parameters of the statistics."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.analysis.periods import STEPS
from api.parameters.hints import AllowedValues
from api.parameters.shared import ClocksParameters
from api.parameters.types import (
    BooleanParameter,
    BoxParameter,
    CrsParameter,
    Iso3s,
    OperationalStatuses,
    PoeTypes,
    StatusGroups,
    Values,
)
from api.values.datetimes import get_today
from geo.bbox import ProjectedBox
from geo.crs import CRS84
from models.analysis.statistics import GROUPS
from models.queries.filters import PointFilter
from models.tables.bitemporal import Days


def _check_groups(values: tuple[str, ...]) -> tuple[str, ...]:
    names = (*GROUPS, *STEPS)
    for value in values:
        if value not in names:
            raise ValueError(f"unknown value {value!r}; expected one of {', '.join(names)}")
    if len(set(values) & set(STEPS)) > 1:
        raise ValueError("only one of day, week and month is allowed")
    return values


class StatisticsParameters(ClocksParameters):
    """Points to count, and the groups to count by."""

    f: Literal["json", "html", "csv"] | None = Field(None, description="Format of the response.")  # type: ignore[assignment]
    group_by: Annotated[Values, AfterValidator(_check_groups), AllowedValues((*GROUPS, *STEPS))] = Field(
        ("status_group",), description=f"Groups to count by, in order: {', '.join((*GROUPS, *STEPS))}."
    )
    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Region codes, as in /regions: IOM's, M49 or custom.")
    poe_type: PoeTypes = Field((), description="Types of point.")
    status_group: StatusGroups = Field((), description="Groups of operational status.")
    operational_status: OperationalStatuses = Field((), description="Operational statuses.")
    is_poe: BooleanParameter = Field(
        None,
        description="true: points of entry; false: key locations of internal mobility. Default, without `poe_type`: "
        "points of entry only, as in IOM's shares.",
    )
    bbox_crs: CrsParameter = Field(
        CRS84, alias="bbox-crs", description="URI of the coordinate reference system of `bbox`."
    )
    bbox: BoxParameter = Field(None, description="west,south,east,north in degrees; may cross the antimeridian.")

    @property
    def step(self) -> str | None:
        return next((group for group in self.group_by if group in STEPS), None)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups without day, week and month."""
        return tuple(group for group in self.group_by if group not in STEPS)

    def build_filter(self, as_known_at: dt.datetime | None) -> PointFilter:
        """Build the query as of the moment, or as of now."""
        return PointFilter(
            days=self.datetime or Days.on(get_today()),
            as_known_at=as_known_at,
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            poe_types=list(self.poe_type) or None,
            status_groups=list(self.status_group) or None,
            operational_statuses=list(self.operational_status) or None,
            is_poe=True if self.is_poe is None and not self.poe_type else self.is_poe,
            box=self.bbox.split_at_antimeridian() if self.bbox else None,
            box_srid=self.bbox.srid if isinstance(self.bbox, ProjectedBox) else None,
        )
