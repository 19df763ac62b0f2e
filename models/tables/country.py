"""Countries, territories and areas, and the regions that group them."""

import datetime as dt
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, Computed, Double, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, build_code_check


class Country(Base):
    """A country, territory or area. Shapes and names imply no opinion on any status or boundary.

    `name` is the name in English; `display_name` and `wording_note` hold the form to print where that differs ("Kosovo
    (SCR 1244)").
    """

    __tablename__ = "country"
    __table_args__ = (
        CheckConstraint("iso3 ~ '^[A-Z]{3}$'", name="iso3_form"),
        CheckConstraint("iso2 ~ '^[A-Z]{2}$'", name="iso2_form"),
        Index("country_geometry_idx", "geometry", postgresql_using="gist"),
    )

    iso3: Mapped[str] = mapped_column(primary_key=True)
    iso2: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_fr: Mapped[str | None]
    name_es: Mapped[str | None]
    name_ar: Mapped[str | None]
    display_name: Mapped[str | None]
    wording_note: Mapped[str | None]
    geometry: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))
    label_point: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False))
    area_km2: Mapped[float] = mapped_column(Double(), Computed("st_area(geometry::geography) / 1e6", persisted=True))


class Region(Base):
    """A named set of countries, such as the area of one of IOM's regional offices or an M49 region."""

    __tablename__ = "region"
    __table_args__ = (build_code_check("kind", "region_kind"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    label: Mapped[str]
    office: Mapped[str | None]


class RegionAlias(Base):
    """Another label under which a region was published; labels changed between IOM's editions."""

    __tablename__ = "region_alias"

    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)


class RegionMember(Base):
    """Membership of a country in a region, over some days."""

    __tablename__ = "region_member"
    __table_args__ = (
        CheckConstraint("NOT isempty(valid_during) AND NOT lower_inf(valid_during)", name="valid_from_some_day"),
        ExcludeConstraint(
            (text("region_code"), "="),
            (text("iso3"), "="),
            ("valid_during", "&&"),
            name="region_member_once_a_day",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    iso3: Mapped[str] = mapped_column(ForeignKey("country.iso3"), index=True)
    valid_during: Mapped[Range[dt.date]] = mapped_column(DATERANGE)
    note: Mapped[str | None]
