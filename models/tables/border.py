"""Borders and coasts: lines derived from the shapes of countries, and replaced together with them."""

from collections.abc import Collection
from typing import Any

import shapely  # type: ignore[import-untyped]
from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Select,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from geo.borders import build_border_pieces
from models.tables.base import Base
from models.tables.country import Country

# Codes of two countries, in the order of the alphabet.
CountryPair = tuple[str, str]


class Border(Base):
    """A piece of the line between two countries, or of the coast of one country, where `other_iso3` is null.

    If a pair does not agree on all of its border, every piece is `disputed`.
    """

    __tablename__ = "border"
    __table_args__ = (
        CheckConstraint("iso3 < other_iso3", name="sides_in_order"),
        CheckConstraint("other_iso3 IS NOT NULL OR NOT disputed", name="disputed_between_two"),
        Index("border_geometry_idx", "geometry", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    iso3: Mapped[str] = mapped_column(ForeignKey("country.iso3"))
    other_iso3: Mapped[str | None] = mapped_column(ForeignKey("country.iso3"))
    disputed: Mapped[bool]
    geometry: Mapped[Any] = mapped_column(Geometry("LINESTRING", 4326, spatial_index=False))


def select_disputed_pairs() -> Select[str, str | None]:
    """Select the pairs of countries that have a disputed border."""
    return select(Border.iso3, Border.other_iso3).where(Border.disputed).distinct()


async def replace_borders(connection: AsyncConnection, disputed: Collection[CountryPair]) -> None:
    """Replace all borders and coasts by lines from the current shapes of countries; it takes some seconds.

    Readers do not wait, and see the old lines until the transaction ends.
    """
    # Two concurrent transactions would each leave their lines.
    await connection.execute(text("LOCK TABLE border IN EXCLUSIVE MODE"))
    shapes = await connection.execute(select(Country.iso3, func.ST_AsBinary(Country.geometry, type_=LargeBinary)))
    pieces = build_border_pieces({iso3: shapely.from_wkb(shape) for iso3, shape in shapes})
    rows = [_build_border_row(sides, line, disputed) for sides, line in pieces]
    await connection.execute(delete(Border))
    if rows:
        await connection.execute(insert(Border), rows)


def _build_border_row(sides: tuple[str, ...], line: Any, disputed: Collection[CountryPair]) -> dict[str, Any]:  # noqa: ANN401 - a line string
    return {
        "iso3": sides[0],
        "other_iso3": sides[1] if len(sides) > 1 else None,
        "disputed": sides in disputed,
        "geometry": f"SRID=4326;{shapely.to_wkt(line, rounding_precision=-1)}",
    }
