"""Points of entry: each with its entry in the register and its state on a day."""

import datetime as dt
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from api.collections.collection import (
    Collection,
    EditingDefinition,
    FormChoice,
    ItemsPage,
    QgisLayer,
    StatusSymbols,
    TileDefinition,
)
from api.collections.point_parameters import POINT_CHOICES, POINT_TILE_PROPERTIES, PointsParameters
from api.parameters.hints import AllowedValues
from api.parameters.types import BooleanParameter, Values
from api.responses.stale_after import compute_stale_until
from models.queries.extent import select_point_extent
from models.queries.points import count_points, select_points
from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.point_properties import POINT_PROPERTIES

LISTED_LIFECYCLES = ("active", "candidate")


def _refuse_unlisted(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value not in LISTED_LIFECYCLES:
            raise ValueError(f"unknown value {value!r}; expected one of {', '.join(LISTED_LIFECYCLES)}")
    return values


class RegisterParameters(PointsParameters):
    """Parameters of the points of entry. Candidates are included only on request."""

    lifecycle: Annotated[Values, AfterValidator(_refuse_unlisted), AllowedValues(LISTED_LIFECYCLES)] = Field(
        (),
        description="Default: `active`; `candidate` lists places where a mapped road or railway crosses a border and "
        "no source names a point; `active,candidate` lists both.",
    )

    stale: BooleanParameter = Field(
        None,
        description="true: points whose last assessment is too old on the day (28 days by default); false: all other "
        "points, also those never assessed.",
    )

    def _get_collection_filters(self) -> dict[str, Any]:
        return super()._get_collection_filters() | {"lifecycles": list(self.lifecycle) or None}

    def write_condition(self, day: dt.date) -> str | None:
        """Write the condition of `stale`: the status is stale on the day, or it is not.

        A point that nobody assessed is not stale. None where the request has no `stale`.
        """
        if self.stale is None:
            return None
        until = f"DATE('{compute_stale_until(day) or BEGINNING_OF_TIME}')"
        if self.stale:
            return f"assessed = TRUE AND last_assessed <= {until}"
        return f"assessed = FALSE OR last_assessed IS NULL OR last_assessed > {until}"


POINT_EDITING = EditingDefinition(
    "point",
    {each.name: each.edited_as for each in POINT_PROPERTIES if each.edited_as},
    frozenset(each.name for each in POINT_PROPERTIES if each.is_create_only),
    frozenset({"operational_status", "measures", "affected_populations", "expected_duration", "announced_end"}),
)
POINTS = Collection(
    id="points-of-entry",
    title="Points of entry",
    description="Airports, land and blue border points and internal transit points, each with its entry in the "
    "register, its status and measures on the requested day (`datetime`, default today), and its "
    "country's measures that day.",
    item="point of entry",
    parameters=RegisterParameters,
    answering=select_points,
    matched=count_points,
    extent=select_point_extent,
    tile=TileDefinition(
        (
            *POINT_TILE_PROPERTIES,
            *(each.name for each in POINT_PROPERTIES if each.in_tiles == "before_state"),
            *("assessed", "valid_from", "last_assessed"),
            *(each.name for each in POINT_PROPERTIES if each.in_tiles == "after_state"),
        ),
        clusters="status",
    ),
    symbols=StatusSymbols(),
    qgis=QgisLayer(place=1, view="Today", is_shown=True),
    page=ItemsPage(
        (
            ("name", "Name"),
            ("poe_type", "Type"),
            ("country", "Country"),
            ("operational_status", "Status"),
            ("valid_from", "Since"),
            ("valid_to", "Until, exclusive"),
            ("last_assessed", "Last assessed"),
        ),
        (
            *POINT_CHOICES,
            FormChoice("assessed", "Assessed", ("Assessed", "Not assessed")),
            FormChoice("stale", "Last report", ("Old: {stale_after_d} days or more", "Not old")),
        ),
    ),
    editing=POINT_EDITING,
    is_register=True,
)
