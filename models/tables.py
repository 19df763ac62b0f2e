"""All tables in one module, for migrations and tests."""

from models import (
    assessment,
    audit,
    basemap_layer,
    border,
    country,
    country_measure,
    loaded_file,
    office,
    point_of_entry,
    restriction,
    revision,
    source,
    status_step,
    submission,
    webhook,
)
from models.base import Base
from models.report import edition

__all__ = [
    "Base",
    "assessment",
    "audit",
    "basemap_layer",
    "border",
    "country",
    "country_measure",
    "edition",
    "loaded_file",
    "office",
    "point_of_entry",
    "restriction",
    "revision",
    "source",
    "status_step",
    "submission",
    "webhook",
]
