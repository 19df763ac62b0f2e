"""The systems that geometries are given and asked for in: not everything on the globe has a place in every one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from api.parameters import BadParameters
from geo.crs import Crs

# What PostGIS begins the message with when PROJ could not work out where a position lies.
NO_PLACE = "transform:"


@contextmanager
def in_their_domain(**parameters: Crs) -> Iterator[None]:
    """Run what puts geometries into these systems, named by parameter. Raises BadParameters where one has no place."""
    try:
        yield
    except DBAPIError as error:
        if NO_PLACE not in str(error.orig):
            raise
        faults = [
            {
                "parameter": name.replace("_", "-"),
                "value": crs.uri,
                "reason": f"{crs.name} has no place for some of what is asked for: narrow it, by bbox or country",
            }
            for name, crs in parameters.items()
            if not crs.is_stored
        ]
        raise BadParameters(faults) from None
