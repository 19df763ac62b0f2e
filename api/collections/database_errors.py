"""Database errors that a request's parameters cause: not every position has coordinates in every reference system."""

from sqlalchemy.exc import DBAPIError

from api.collections.parameters import FeaturesParameters
from api.cql2.sql import is_filter_error
from api.database.errors import find_failure
from api.parameters.errors import BadParameters
from api.parameters.shared import GeometryParameters

# Start of the message of PostGIS when PROJ cannot transform a position.
TRANSFORM_ERROR = "transform:"


def refuse_database_error(error: DBAPIError, parameters: GeometryParameters) -> None:
    """Raise BadParameters if the reference systems or the filter of the request caused the error of the database."""
    errors = _build_crs_errors(parameters) if TRANSFORM_ERROR in str(error.orig) else []
    if not errors and isinstance(parameters, FeaturesParameters) and parameters.filter and _is_filter_error(error):
        reason = f"leads to a value that the database cannot hold: {error.orig}"
        errors = [{"parameter": "filter", "value": parameters.filter, "reason": reason}]
    if errors:
        raise BadParameters(errors) from None


def _is_filter_error(error: DBAPIError) -> bool:
    """Return whether the filter caused the error, also by exceeding what the database can compute."""
    failure = find_failure(error)
    return is_filter_error(error) or (failure is not None and failure.status == 400)


def _build_crs_errors(parameters: GeometryParameters) -> list[dict[str, str]]:
    systems = {name: getattr(parameters, name, None) for name in ("crs", "bbox_crs", "filter_crs")}
    return [
        {
            "parameter": name.replace("_", "-"),
            "value": crs.uri,
            "reason": f"{crs.name} cannot represent some of the requested places: narrow it by bbox or country",
        }
        for name, crs in systems.items()
        if crs is not None and not crs.is_stored
    ]
