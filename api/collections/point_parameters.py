"""Parameters of the points of entry, with some that restrictions lack."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from api.parameters.hints import AllowedValues
from api.parameters.shared import PointsParameters
from api.parameters.types import BooleanParameter, Values

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
