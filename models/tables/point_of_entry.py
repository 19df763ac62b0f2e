"""Tables of points of entry: their identity, and their versions over time."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Identity, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.geojson import DEGREE_DECIMALS, GEOJSON_OPTIONS
from models.codes import list_poe_types
from models.tables.base import (
    Base,
    attach_ddl,
    build_code_check,
    build_codes_check,
    enforce_append_only,
    enforce_no_rewriting,
    quote_codes,
)
from models.tables.bitemporal import BitemporalColumns, build_bitemporal_constraints
from models.tables.point_properties import PROPERTY_COLUMNS

OPENING_PROPERTIES = ("code", "is_poe")
# to_json() of a text never changes; PostgreSQL calls it stable because to_json() of a date depends on a setting.
JSON_TEXT = """
CREATE OR REPLACE FUNCTION json_text(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(to_json($1)::text, 'null')
$$
"""
JSON_TEXTS = """
CREATE OR REPLACE FUNCTION json_text(text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(to_json($1)::text, 'null')
$$
"""
JSON_NUMBER = """
CREATE OR REPLACE FUNCTION json_text(smallint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce($1::text, 'null')
$$
"""

# A point's code never changes, and looking it up for each point of a response took a tenth of a tile's time. `side` is
# null if a change may have separated or joined the two points: their locations then determine it.
TAKE_CODE = """
CREATE OR REPLACE FUNCTION take_code_of_point() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.code := (SELECT code FROM point_of_entry WHERE id = NEW.point_of_entry_id);
    NEW.counterpart := (SELECT code FROM point_of_entry WHERE id = NEW.counterpart_id);
    IF NEW.counterpart_id IS NULL THEN
        NEW.side := 0;
    ELSIF NEW.side IS NULL THEN
        NEW.side := CASE WHEN EXISTS (
            SELECT FROM point_of_entry_version other
            WHERE other.point_of_entry_id = NEW.counterpart_id AND upper_inf(other.recorded_during)
              AND other.valid_during && NEW.valid_during AND ST_Equals(other.geometry, NEW.geometry)
        ) THEN sign(NEW.point_of_entry_id - NEW.counterpart_id) ELSE 0 END;
    END IF;
    RETURN NEW;
END $$
"""
TAKE_CODE_TRIGGER = """
CREATE TRIGGER point_of_entry_version_takes_code BEFORE INSERT ON point_of_entry_version
FOR EACH ROW EXECUTE FUNCTION take_code_of_point()
"""


def build_opening_sql() -> str:
    """Build the SQL expression of the start of a version's GeoJSON feature, including `OPENING_PROPERTIES`."""
    geometry = f"ST_AsGeoJSON(geometry, {DEGREE_DECIMALS}, {GEOJSON_OPTIONS})"
    is_poe = f"CASE WHEN poe_type IN ({quote_codes(list_poe_types())}) THEN 'true' ELSE 'false' END"
    return (
        f"""'{{"type":"Feature","id":"' || code || '","geometry":' || {geometry} """
        f"""|| ',"properties":{{"code":"' || code || '","is_poe":' || {is_poe}"""
    )


def build_members_sql() -> str:
    """Build the SQL expression of a version's properties, as the members of a JSON object."""
    return " || ',".join(f'"{name}":\' || json_text({column})' for name, column in PROPERTY_COLUMNS.items()).join(
        ("'", "")
    )


class PointOfEntry(Base):
    """Identity of a point: a public code that is never reused."""

    __tablename__ = "point_of_entry"
    __table_args__ = (CheckConstraint("code ~ '^[A-Z0-9][A-Z0-9_-]{1,39}$'", name="code_form"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(Text(collation="C"), unique=True)


class PointOfEntryVersion(BitemporalColumns, Base):
    """Register entry of a point over some days: the point can be renamed, moved, retyped, merged or retired.

    `details` stores the source's attributes without a column here, under the source's own names. `opening` and
    `members` are the version's part of a response, stored as JSON: writing it for each response took a third of the
    time of the world's points. `code` is the code of the point and `counterpart` the code of its counterpart: the
    database fills in both. `side` is -1 or 1 if the counterpart is at the same place, so that maps draw the two side by
    side.
    """

    __tablename__ = "point_of_entry_version"
    __table_args__ = (
        *build_bitemporal_constraints("point_of_entry_version", "point_of_entry_id", since_ever=True),
        build_code_check("poe_type", "poe_type"),
        build_code_check("official_status", "official_status"),
        build_code_check("ihr_designated", "ihr_designated"),
        build_code_check("lifecycle", "lifecycle"),
        build_code_check("coordinate_precision", "coordinate_precision"),
        build_code_check("evidence", "evidence"),
        build_codes_check("transport", "transport"),
        CheckConstraint("side BETWEEN -1 AND 1", name="side_is_left_or_right"),
        CheckConstraint("name <> ''", name="has_a_name"),
        CheckConstraint("iata ~ '^[A-Z0-9]{3}$'", name="iata_form"),
        CheckConstraint("icao ~ '^[A-Z0-9]{4}$'", name="icao_form"),
        CheckConstraint("unlocode ~ '^[A-Z]{2}[A-Z0-9]{3}$'", name="unlocode_form"),
        CheckConstraint(
            "other_iso3 IS NULL OR other_iso3 <> iso3 AND poe_type IN ('land_border_point', 'blue_border_point')",
            name="other_country_of_a_border_point",
        ),
        CheckConstraint("(lifecycle = 'merged') = (successor_id IS NOT NULL)", name="merged_has_a_successor"),
        CheckConstraint("successor_id <> point_of_entry_id", name="does_not_succeed_itself"),
        CheckConstraint("counterpart_id <> point_of_entry_id", name="is_not_its_own_counterpart"),
        CheckConstraint(
            "ST_X(geometry) BETWEEN -180 AND 180 AND ST_Y(geometry) BETWEEN -90 AND 90", name="stands_on_the_globe"
        ),
        Index(
            "point_of_entry_version_country_idx",
            "iso3",
            "point_of_entry_id",
            postgresql_where=text("upper_inf(recorded_during)"),
        ),
        # For the state of a country as of a past moment.
        Index("point_of_entry_version_country_as_known_idx", "iso3", "point_of_entry_id"),
        Index("point_of_entry_version_geometry_idx", "geometry", postgresql_using="gist"),
        # In degrees, the nearest would be wrong near the poles, and beyond 180 degrees.
        Index("point_of_entry_version_place_idx", text("(geometry::geography)"), postgresql_using="gist"),
        Index("point_of_entry_version_iata_idx", "iata", postgresql_where=text("upper_inf(recorded_during)")),
        Index("point_of_entry_version_icao_idx", "icao", postgresql_where=text("upper_inf(recorded_during)")),
        Index("point_of_entry_version_unlocode_idx", "unlocode", postgresql_where=text("upper_inf(recorded_during)")),
    )

    point_of_entry_id: Mapped[int] = mapped_column(ForeignKey("point_of_entry.id"))
    name: Mapped[str]
    other_names: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    poe_type: Mapped[str]
    subtype: Mapped[str | None]
    iso3: Mapped[str] = mapped_column(ForeignKey("country.iso3"))
    other_iso3: Mapped[str | None] = mapped_column(ForeignKey("country.iso3"))
    counterpart_id: Mapped[int | None] = mapped_column(ForeignKey("point_of_entry.id"))
    admin1_name: Mapped[str | None]
    admin1_code: Mapped[str | None]
    municipality: Mapped[str | None]
    iata: Mapped[str | None]
    icao: Mapped[str | None]
    unlocode: Mapped[str | None]
    official_status: Mapped[str] = mapped_column(server_default="unknown")
    ihr_designated: Mapped[str] = mapped_column(server_default="unknown")
    lifecycle: Mapped[str] = mapped_column(server_default="active")
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("point_of_entry.id"))
    opening_hours: Mapped[str | None]
    geometry: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False))
    coordinate_precision: Mapped[str | None]
    coordinate_source: Mapped[str | None]
    evidence: Mapped[str | None]
    transport: Mapped[list[str] | None]
    counterpart: Mapped[str | None] = mapped_column(Text(collation="C"))
    side: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    source_reference: Mapped[str | None]
    source_version: Mapped[str | None]
    licence: Mapped[str | None]
    details: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    code: Mapped[str] = mapped_column(Text(collation="C"))
    opening: Mapped[str] = mapped_column(Text, Computed(build_opening_sql(), persisted=True))
    members: Mapped[str] = mapped_column(Text, Computed(build_members_sql(), persisted=True))


enforce_append_only(PointOfEntry)
enforce_no_rewriting(PointOfEntryVersion)
attach_ddl(Base.metadata, "before_create", JSON_TEXT)
attach_ddl(Base.metadata, "before_create", JSON_TEXTS)
attach_ddl(Base.metadata, "before_create", JSON_NUMBER)
attach_ddl(PointOfEntryVersion.__table__, "after_create", TAKE_CODE)
attach_ddl(PointOfEntryVersion.__table__, "after_create", TAKE_CODE_TRIGGER)
