"""Towns, lines and lakes of the basemap: reference data, each file replaced as a whole, without history."""

from collections.abc import Sequence
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, Identity, Index, bindparam, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, aliased, mapped_column

from models.tables.base import Base, quote_codes

Rows = Sequence[dict[str, Any]]
LINE_KINDS = ("region_border", "river", "road", "railway")
TOWN_SOURCES = ("natural_earth", "geonames")
SHAPE_PARAMETER = "shape"
# A place of GeoNames so near to a town of Natural Earth is that town, or a part of it.
SAME_TOWN_M = 5_000
SAME_TOWN_DEGREES = 0.05


class BasemapTown(Base):
    """A town, drawn from the zoom level `least_zoom` on; `rank` is 0 for the most important ones.

    `name` is the name in English; a name that does not exist in another language is null.
    """

    __tablename__ = "basemap_town"
    __table_args__ = (
        CheckConstraint(f"source IN ({quote_codes(TOWN_SOURCES)})", name="source_is_known"),
        Index("basemap_town_geometry_idx", "geometry", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source: Mapped[str]
    name: Mapped[str]
    name_fr: Mapped[str | None]
    name_es: Mapped[str | None]
    name_ar: Mapped[str | None]
    rank: Mapped[int]
    least_zoom: Mapped[int]
    geometry: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False))


class BasemapLine(Base):
    """A piece of a border between regions of a country, of a river, road or railway; `rank` is low for main ones."""

    __tablename__ = "basemap_line"
    __table_args__ = (
        CheckConstraint(f"kind IN ({quote_codes(LINE_KINDS)})", name="kind_is_known"),
        Index("basemap_line_geometry_idx", "geometry", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    name: Mapped[str | None]
    rank: Mapped[int]
    least_zoom: Mapped[int]
    geometry: Mapped[Any] = mapped_column(Geometry("LINESTRING", 4326, spatial_index=False))


class BasemapLake(Base):
    """A lake; `rank` is low for large ones."""

    __tablename__ = "basemap_lake"
    __table_args__ = (Index("basemap_lake_geometry_idx", "geometry", postgresql_using="gist"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str | None]
    rank: Mapped[int]
    least_zoom: Mapped[int]
    geometry: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))


async def replace_towns(connection: AsyncConnection, source: str, rows: Rows) -> None:
    """Replace all towns of the source by these; `shape` of each is its geometry as WKB."""
    await connection.execute(delete(BasemapTown).where(BasemapTown.source == source))
    await connection.execute(insert(BasemapTown).values(source=source, geometry=_build_shape()), rows)


async def drop_duplicate_towns(connection: AsyncConnection) -> None:
    """Delete the places of GeoNames that are a town of Natural Earth, or lie at its edge."""
    town = aliased(BasemapTown)
    is_same = func.ST_DistanceSphere(town.geometry, BasemapTown.geometry) < SAME_TOWN_M
    # Wide enough in longitude up to 60 degrees; the few places farther north may occur twice.
    is_near = town.geometry.intersects(func.ST_Expand(BasemapTown.geometry, 2 * SAME_TOWN_DEGREES, SAME_TOWN_DEGREES))
    is_duplicate = select(town.id).where(town.source == "natural_earth", is_near, is_same).exists()
    await connection.execute(delete(BasemapTown).where(BasemapTown.source == "geonames", is_duplicate))


async def replace_lines(connection: AsyncConnection, kind: str, rows: Rows) -> None:
    """Replace all lines of the kind by these; `shape` of each is its geometry as WKB."""
    await connection.execute(delete(BasemapLine).where(BasemapLine.kind == kind))
    await connection.execute(insert(BasemapLine).values(kind=kind, geometry=_build_shape()), rows)


async def replace_lakes(connection: AsyncConnection, rows: Rows) -> None:
    """Replace all lakes by these; `shape` of each is its geometry as WKB."""
    await connection.execute(delete(BasemapLake))
    await connection.execute(insert(BasemapLake).values(geometry=func.ST_Multi(_build_shape())), rows)


def _build_shape() -> Any:  # noqa: ANN401 - an SQL expression
    return func.ST_GeomFromWKB(bindparam(SHAPE_PARAMETER), 4326)
