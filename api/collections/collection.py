"""Collection: the one entry from which items, tiles, styles, QGIS, editing, pages and OpenAPI take what differs.

An entry is data; the rooms above interpret it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import Select

from api.collections.parameters import FeaturesParameters
from api.cql2.cost import CollectionSize
from models.queries.filters import FeatureFilter
from models.tables.bitemporal import BEGINNING_OF_TIME, END_OF_TIME, Days

NOTICE = "Boundaries and names shown do not imply official endorsement or acceptance, or any opinion on any status."
ALL_DAYS = Days(BEGINNING_OF_TIME, END_OF_TIME)
REGISTER_SIZE = CollectionSize()
# Columns of a submission's row that replace a geometry and a list of measures.
PROPERTY_BY_COLUMN = MappingProxyType({"longitude": "geometry", "latitude": "geometry", "measure": "measures"})


@dataclass(frozen=True, slots=True)
class TileDefinition:
    """Tiles: `properties` are few, because a map of the world draws all features.

    `clusters` is what far tiles count in each cell: the points of each status group, or only all points;
    None draws each feature at every zoom level.
    """

    properties: tuple[str, ...]
    clusters: Literal["status", "points"] | None = None


@dataclass(frozen=True, slots=True)
class StatusSymbols:
    """Points in the symbols of status group and type. `missing_status` marks points without a status group."""

    missing_status: bool = False


@dataclass(frozen=True, slots=True)
class LevelSymbols:
    """Areas in the colours of the levels of a property."""

    property: str


@dataclass(frozen=True, slots=True)
class PlainSymbol:
    """Each feature in one colour with one outline, both `#rrggbb`."""

    colour: str
    outline: str


Symbols = StatusSymbols | LevelSymbols | PlainSymbol


@dataclass(frozen=True, slots=True)
class QgisTime:
    """Properties with the days of a feature and with their midnights, for the temporal controller of QGIS."""

    first_day: str
    end_day: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class QgisLayer:
    """Layer of the project for QGIS. `place` orders the layers, the lowest number on top.

    The layer is shown beside the background in the map theme `view`. `is_shown` layers are visible when the project
    opens.
    """

    place: int
    view: str | None = None
    is_shown: bool = False
    is_background: bool = False
    time: QgisTime | None = None


@dataclass(frozen=True, slots=True)
class FormChoice:
    """Choice in the form of the page of items: codes of a list, or true and false under the labels `truth`."""

    name: str
    label: str
    truth: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """Page of items: name and heading of each column, and the choices of its form."""

    columns: tuple[tuple[str, str], ...]
    choices: tuple[FormChoice, ...] = ()
    id_heading: str = "Code"
    has_numbers: bool = False


EditedKind = Literal["point", "record"]


@dataclass(frozen=True, slots=True)
class EditingDefinition:
    """Writable properties (receivables of OGC API - Features Part 5), and how an edit becomes rows of a submission.

    `kind` chooses the rows: of a point in the register, or of a record at a point. `columns` are the columns of a
    submission's row, by property. `create_only` are set when the item is created and never change. `day_properties` are
    properties of a day, which another collection receives: an item that is created with one of them is refused, because
    a closed border would look like an open border.
    """

    kind: EditedKind
    columns: Mapping[str, str]
    create_only: frozenset[str]
    day_properties: frozenset[str] = field(default_factory=frozenset)

    def find_property(self, column: str) -> str:
        """Find the member of a feature that became the column of a submission's row."""
        by_column = {column: name for name, column in self.columns.items()}
        return (by_column | PROPERTY_BY_COLUMN).get(column, column)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Collection:
    """A collection: its names, its parameters, its statements, and how it is drawn, shown and edited.

    `item` names an item in a sentence; `identity` is the type of its id in an address, `key` that of the key that pages
    are ordered by. `size` is for estimates of a filter's cost: sizes of the shipped register and of some months of
    records. Items of the register (`is_register`) can be proposed, and have a history of all their records.
    """

    id: str
    title: str
    description: str
    item: str
    parameters: type[FeaturesParameters]
    # Statements for a filter of the type that the parameters build: the features, and their number.
    answering: Callable[[Any], Select[*tuple[Any, ...]]]
    matched: Callable[[Any], Select[int]]
    extent: Callable[[dt.date], Select[*tuple[Any, ...]]]
    tile: TileDefinition
    symbols: Symbols
    qgis: QgisLayer
    page: ItemsPage
    identity: type[str] | type[int] = str
    key: type[str] | type[int] = int
    geometry: Literal["Point", "MultiPolygon"] = "Point"
    size: CollectionSize = REGISTER_SIZE
    editing: EditingDefinition | None = None
    is_register: bool = False

    def resolve_default_days(self, today: dt.date) -> Days:
        """Return the days of the query when `datetime` is not given."""
        return self.parameters().build_filter(today, None).days

    def covers_all_days(self, today: dt.date) -> bool:
        """Return whether items of all days match when `datetime` is not given."""
        return self.resolve_default_days(today) == ALL_DAYS

    def build_filter(
        self, days: Days, as_known_at: dt.datetime | None = None, identity: str | int | None = None
    ) -> FeatureFilter:
        """Build the filter of the days, and of one item."""
        return self.parameters.filter_type(days=days, as_known_at=as_known_at, identity=identity)

    def is_writable(self, name: str) -> bool:
        """Return whether the property is writable."""
        return self.editing is not None and name in self.editing.columns
