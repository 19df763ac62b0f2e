"""All tables in one module, for migrations and tests."""

from models.tables import (
    assessment,
    audit,
    basemap_layer,
    border,
    country,
    country_measure,
    office,
    point_of_entry,
    restriction,
    revision,
    source,
    submission,
    webhook,
)
from models.tables import imported_file as loaded_file
from models.tables import report_edition as edition
from models.tables import status_delta as status_step
from models.tables.base import Base

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
