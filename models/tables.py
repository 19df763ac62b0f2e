"""Every table, so that whoever needs them all (migrations, tests) imports one module."""

from models import (
    assessment,
    country,
    country_measure,
    loaded_file,
    point_of_entry,
    restriction,
    revision,
    source,
)
from models.base import Base

__all__ = [
    "Base",
    "assessment",
    "country",
    "country_measure",
    "loaded_file",
    "point_of_entry",
    "restriction",
    "revision",
    "source",
]
