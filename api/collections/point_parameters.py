"""Parts that the collections with points of entry share: parameters, tile properties, and choices of the page."""

from typing import Any, ClassVar

from pydantic import Field

from api.collections.collection import FormChoice
from api.collections.parameters import FeaturesParameters
from api.parameters.types import BooleanParameter, OperationalStatuses, PoeTypes, StatusGroups
from models.queries.filters import FeatureFilter, PointFilter
from models.tables.point_properties import POINT_PROPERTIES

POINT_TILE_PROPERTIES = (
    *(each.name for each in POINT_PROPERTIES if each.in_tiles == "all"),
    *("status_group", "operational_status", "measures"),
)
POINT_CHOICES = (
    FormChoice("poe_type", "Type of point"),
    FormChoice("status_group", "Status"),
    FormChoice("is_poe", "Point of entry", ("Yes", "No: internal")),
)


class PointsParameters(FeaturesParameters):
    """Parameters of the points of entry and their restrictions."""

    filter_type: ClassVar[type[FeatureFilter]] = PointFilter

    poe_type: PoeTypes = Field((), description="Types of point.")
    status_group: StatusGroups = Field((), description="Groups of operational status.")
    operational_status: OperationalStatuses = Field((), description="Operational statuses.")
    is_poe: BooleanParameter = Field(
        None, description="true: points of entry; false: key locations of internal mobility."
    )

    def _get_collection_filters(self) -> dict[str, Any]:
        return {
            "poe_types": list(self.poe_type) or None,
            "status_groups": list(self.status_group) or None,
            "operational_statuses": list(self.operational_status) or None,
            "is_poe": self.is_poe,
        }
