"""The first tables.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001_first_tables"
down_revision = None
branch_labels = None
depends_on = None

ONLY_ADDED_TO = ("revision", "loaded_file", "point_of_entry", "restriction_measure", "assessment")
NEVER_REWRITTEN = ("point_of_entry_version", "restriction", "health_capacity", "country_measure", "country_exception")
REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
REFUSE_REWRITING = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed constant tstzrange := NEW.recorded_during;
BEGIN
    IF NOT upper_inf(OLD.recorded_during) OR lower(closed) <> lower(OLD.recorded_during) OR upper_inf(closed) THEN
        RAISE EXCEPTION 'what % believed at a past moment cannot be changed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    OLD.recorded_during := closed;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a row of % is closed and replaced, never rewritten', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(REFUSE_CHANGE)
    op.execute(REFUSE_REWRITING)
    create_tables()
    for table in ONLY_ADDED_TO:
        on_rows = f"UPDATE OR DELETE ON {table} FOR EACH ROW"
        on_all = f"TRUNCATE ON {table} FOR EACH STATEMENT"
        op.execute(f"CREATE TRIGGER {table}_only_added_to BEFORE {on_rows} EXECUTE FUNCTION refuse_change()")
        op.execute(f"CREATE TRIGGER {table}_only_added_to_truncate BEFORE {on_all} EXECUTE FUNCTION refuse_change()")
    for table in NEVER_REWRITTEN:
        for name, when, function in (
            ("never_rewritten", f"AFTER UPDATE ON {table} FOR EACH ROW", "refuse_rewriting"),
            ("never_deleted", f"BEFORE DELETE ON {table} FOR EACH ROW", "refuse_change"),
            ("never_truncated", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", "refuse_change"),
        ):
            op.execute(f"CREATE TRIGGER {table}_{name} {when} EXECUTE FUNCTION {function}()")


def create_tables() -> None:
    op.create_geospatial_table(
        "country",
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.Column("iso2", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_fr", sa.Text(), nullable=True),
        sa.Column("name_es", sa.Text(), nullable=True),
        sa.Column("name_ar", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("wording_note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "label_point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("iso2 ~ '^[A-Z]{2}$'", name=op.f("country_iso2_form")),
        sa.CheckConstraint("iso3 ~ '^[A-Z]{3}$'", name=op.f("country_iso3_form")),
        sa.PrimaryKeyConstraint("iso3", name=op.f("country_pkey")),
        sa.UniqueConstraint("iso2", name=op.f("country_iso2_key")),
    )
    op.create_geospatial_index(
        "country_geometry_idx", "country", ["geometry"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "loaded_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about_day", sa.Date(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("row_count >= 0", name=op.f("loaded_file_counts_its_rows")),
        sa.PrimaryKeyConstraint("id", name=op.f("loaded_file_pkey")),
        sa.UniqueConstraint("kind", "digest", name=op.f("loaded_file_kind_digest_key")),
    )
    op.create_table(
        "point_of_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.CheckConstraint("code ~ '^[A-Z0-9][A-Z0-9_-]{1,39}$'", name=op.f("point_of_entry_code_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("point_of_entry_pkey")),
        sa.UniqueConstraint("code", name=op.f("point_of_entry_code_key")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('iom', 'm49', 'custom')", name=op.f("region_kind_is_a_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("region_pkey")),
    )
    op.create_table(
        "revision",
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recorded_at", name=op.f("revision_pkey")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("attribution", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("source_pkey")),
        sa.UniqueConstraint("code", name=op.f("source_code_key")),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_of_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("estimated_daily_inflow", sa.BigInteger(), nullable=True),
        sa.Column("estimated_daily_outflow", sa.BigInteger(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint("estimated_daily_inflow >= 0", name=op.f("assessment_inflow_is_a_count")),
        sa.CheckConstraint("estimated_daily_outflow >= 0", name=op.f("assessment_outflow_is_a_count")),
        sa.ForeignKeyConstraint(
            ["point_of_entry_id"], ["point_of_entry.id"], name=op.f("assessment_point_of_entry_id_fkey")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("assessment_source_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("assessment_pkey")),
    )
    op.create_index(
        "assessment_latest_idx",
        "assessment",
        ["point_of_entry_id", sa.literal_column("assessed_on DESC"), "recorded_at"],
        unique=False,
    )
    op.create_table(
        "country_exception",
        sa.Column("imposing_iso3", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("nationalities", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("affected_populations", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("immigration_status", sa.Text(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("valid_during", postgresql.DATERANGE(), nullable=False),
        sa.Column("recorded_during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("remainder_of_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "affected_populations <@ ARRAY['nationals', 'regular_travellers', 'stranded_migrants', 'returning_migrants', 'repatriated_migrants', 'internally_displaced_persons', 'asylum_seekers', 'refugees', 'tourists', 'irregular_migrants', 'migrant_workers', 'stranded_foreign_nationals', 'crew', 'truck_drivers', 'other', 'unknown']::text[]",
            name=op.f("country_exception_affected_populations_are_codes"),
        ),
        sa.CheckConstraint(
            "array_to_string(nationalities, ',', '?') ~ '^([A-Z]{3}(,[A-Z]{3})*)?$'",
            name=op.f("country_exception_nationalities_are_iso3"),
        ),
        sa.CheckConstraint(
            "indicator IN ('international_travel', 'internal_movement', 'public_transport', 'air_travel', 'national_emergency_declared', 'any_mobility_restriction', 'quarantine_all_international_arrivals', 'new_visas_suspended', 'visa_and_permit_auto_extension', 'overstay_fines_waived')",
            name=op.f("country_exception_indicator_is_a_code"),
        ),
        sa.CheckConstraint("NOT isempty(recorded_during)", name=op.f("country_exception_recorded_for_some_time")),
        sa.CheckConstraint(
            "NOT isempty(valid_during) AND NOT lower_inf(valid_during)",
            name=op.f("country_exception_valid_from_some_day"),
        ),
        sa.CheckConstraint(
            "lower_inc(recorded_during) AND NOT upper_inc(recorded_during)",
            name=op.f("country_exception_recorded_from_a_moment"),
        ),
        sa.ForeignKeyConstraint(["imposing_iso3"], ["country.iso3"], name=op.f("country_exception_imposing_iso3_fkey")),
        sa.ForeignKeyConstraint(
            ["remainder_of_id"], ["country_exception.id"], name=op.f("country_exception_remainder_of_id_fkey")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("country_exception_source_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("country_exception_pkey")),
    )
    op.create_index(op.f("country_exception_imposing_iso3_idx"), "country_exception", ["imposing_iso3"], unique=False)
    op.create_table(
        "country_measure",
        sa.Column("imposing_iso3", sa.Text(), nullable=False),
        sa.Column("origin_iso3", sa.Text(), nullable=True),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("measure_codes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("geographic_scope", sa.Text(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("valid_during", postgresql.DATERANGE(), nullable=False),
        sa.Column("recorded_during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("remainder_of_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("indicator"), "="),
            (sa.text("imposing_iso3"), "="),
            (sa.text("(coalesce(origin_iso3, '*'))"), "="),
            (sa.column("valid_during"), "&&"),
            (sa.column("recorded_during"), "&&"),
            using="gist",
            name="country_measure_one_belief_a_day",
        ),
        sa.CheckConstraint(
            "CASE indicator WHEN 'international_travel' THEN level IN ('0', '1', '2', '3', '4') WHEN 'internal_movement' THEN level IN ('0', '1', '2') WHEN 'public_transport' THEN level IN ('0', '1', '2') WHEN 'air_travel' THEN level IN ('none_reported', 'no_restriction', 'partial', 'total') WHEN 'national_emergency_declared' THEN level IN ('yes', 'no', 'unknown') WHEN 'any_mobility_restriction' THEN level IN ('yes', 'no', 'unknown') WHEN 'quarantine_all_international_arrivals' THEN level IN ('yes', 'no', 'unknown') WHEN 'new_visas_suspended' THEN level IN ('yes', 'no', 'unknown') WHEN 'visa_and_permit_auto_extension' THEN level IN ('yes', 'no', 'unknown') WHEN 'overstay_fines_waived' THEN level IN ('yes', 'no', 'unknown') ELSE false END",
            name=op.f("country_measure_level_of_its_indicator"),
        ),
        sa.CheckConstraint(
            "CASE level WHEN 'total' THEN measure_codes <> '{}' WHEN 'partial' THEN true ELSE measure_codes = '{}' END",
            name=op.f("country_measure_measure_codes_of_a_restriction"),
        ),
        sa.CheckConstraint(
            "geographic_scope IN ('targeted', 'general')", name=op.f("country_measure_geographic_scope_is_a_code")
        ),
        sa.CheckConstraint(
            "measure_codes <@ ARRAY['0', '1', '2', '3', '4', '5', '6', '10', '11', '12', '13', '15', '16', '20', '21', '22', '24', '25', '30', '99']::text[]",
            name=op.f("country_measure_measure_codes_are_codes"),
        ),
        sa.CheckConstraint("NOT isempty(recorded_during)", name=op.f("country_measure_recorded_for_some_time")),
        sa.CheckConstraint(
            "NOT isempty(valid_during) AND NOT lower_inf(valid_during)",
            name=op.f("country_measure_valid_from_some_day"),
        ),
        sa.CheckConstraint(
            "lower_inc(recorded_during) AND NOT upper_inc(recorded_during)",
            name=op.f("country_measure_recorded_from_a_moment"),
        ),
        sa.CheckConstraint("origin_iso3 <> imposing_iso3", name=op.f("country_measure_origin_is_another_country")),
        sa.ForeignKeyConstraint(["imposing_iso3"], ["country.iso3"], name=op.f("country_measure_imposing_iso3_fkey")),
        sa.ForeignKeyConstraint(["origin_iso3"], ["country.iso3"], name=op.f("country_measure_origin_iso3_fkey")),
        sa.ForeignKeyConstraint(
            ["remainder_of_id"], ["country_measure.id"], name=op.f("country_measure_remainder_of_id_fkey")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("country_measure_source_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("country_measure_pkey")),
    )
    op.create_index(
        "country_measure_latest_as_known_idx",
        "country_measure",
        [
            sa.literal_column("indicator"),
            sa.literal_column("imposing_iso3"),
            sa.literal_column("(coalesce(origin_iso3, '*'))"),
            sa.literal_column("lower(valid_during) DESC"),
        ],
        unique=False,
    )
    op.create_index(
        "country_measure_latest_idx",
        "country_measure",
        [
            sa.literal_column("indicator"),
            sa.literal_column("imposing_iso3"),
            sa.literal_column("(coalesce(origin_iso3, '*'))"),
            sa.literal_column("lower(valid_during) DESC"),
        ],
        unique=False,
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_table(
        "health_capacity",
        sa.Column("point_of_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("valid_during", postgresql.DATERANGE(), nullable=False),
        sa.Column("recorded_during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("remainder_of_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("point_of_entry_id"), "="),
            (sa.text("indicator"), "="),
            (sa.column("valid_during"), "&&"),
            (sa.column("recorded_during"), "&&"),
            using="gist",
            name="health_capacity_one_belief_a_day",
        ),
        sa.CheckConstraint(
            "CASE indicator WHEN 'screening' THEN value IN ('none', 'routine', 'covid_specific', 'unknown') ELSE value IN ('yes', 'no', 'unknown') END",
            name=op.f("health_capacity_value_is_a_code"),
        ),
        sa.CheckConstraint(
            "indicator IN ('health_staff', 'sops', 'rcce', 'ipc', 'surveillance_and_referral', 'screening', 'coordination_system', 'border_management_measures')",
            name=op.f("health_capacity_indicator_is_a_code"),
        ),
        sa.CheckConstraint("NOT isempty(recorded_during)", name=op.f("health_capacity_recorded_for_some_time")),
        sa.CheckConstraint(
            "NOT isempty(valid_during) AND NOT lower_inf(valid_during)",
            name=op.f("health_capacity_valid_from_some_day"),
        ),
        sa.CheckConstraint(
            "lower_inc(recorded_during) AND NOT upper_inc(recorded_during)",
            name=op.f("health_capacity_recorded_from_a_moment"),
        ),
        sa.ForeignKeyConstraint(
            ["point_of_entry_id"], ["point_of_entry.id"], name=op.f("health_capacity_point_of_entry_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["remainder_of_id"], ["health_capacity.id"], name=op.f("health_capacity_remainder_of_id_fkey")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("health_capacity_source_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("health_capacity_pkey")),
    )
    op.create_index(
        "health_capacity_latest_as_known_idx",
        "health_capacity",
        [
            sa.literal_column("point_of_entry_id"),
            sa.literal_column("indicator"),
            sa.literal_column("lower(valid_during) DESC"),
        ],
        unique=False,
    )
    op.create_index(
        "health_capacity_latest_idx",
        "health_capacity",
        [
            sa.literal_column("point_of_entry_id"),
            sa.literal_column("indicator"),
            sa.literal_column("lower(valid_during) DESC"),
        ],
        unique=False,
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_geospatial_table(
        "point_of_entry_version",
        sa.Column("point_of_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "other_names", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("poe_type", sa.Text(), nullable=False),
        sa.Column("subtype", sa.Text(), nullable=True),
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.Column("other_iso3", sa.Text(), nullable=True),
        sa.Column("counterpart_id", sa.BigInteger(), nullable=True),
        sa.Column("admin1_name", sa.Text(), nullable=True),
        sa.Column("admin1_code", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("iata", sa.Text(), nullable=True),
        sa.Column("icao", sa.Text(), nullable=True),
        sa.Column("unlocode", sa.Text(), nullable=True),
        sa.Column("official_status", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("ihr_designated", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("lifecycle", sa.Text(), server_default="active", nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=True),
        sa.Column("opening_hours", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("coordinate_precision", sa.Text(), nullable=True),
        sa.Column("coordinate_source", sa.Text(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=True),
        sa.Column("source_version", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("valid_during", postgresql.DATERANGE(), nullable=False),
        sa.Column("recorded_during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("remainder_of_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("point_of_entry_id"), "="),
            (sa.column("valid_during"), "&&"),
            (sa.column("recorded_during"), "&&"),
            using="gist",
            name="point_of_entry_version_one_belief_a_day",
        ),
        sa.CheckConstraint(
            "(lifecycle = 'merged') = (successor_id IS NOT NULL)",
            name=op.f("point_of_entry_version_merged_has_a_successor"),
        ),
        sa.CheckConstraint(
            "coordinate_precision IN ('exact', 'harbour_1_arcmin', 'settlement_1_arcmin', 'settlement_geocoded')",
            name=op.f("point_of_entry_version_coordinate_precision_is_a_code"),
        ),
        sa.CheckConstraint("iata ~ '^[A-Z0-9]{3}$'", name=op.f("point_of_entry_version_iata_form")),
        sa.CheckConstraint("icao ~ '^[A-Z0-9]{4}$'", name=op.f("point_of_entry_version_icao_form")),
        sa.CheckConstraint(
            "ihr_designated IN ('yes', 'no', 'unknown')", name=op.f("point_of_entry_version_ihr_designated_is_a_code")
        ),
        sa.CheckConstraint(
            "lifecycle IN ('proposed', 'active', 'retired', 'merged')",
            name=op.f("point_of_entry_version_lifecycle_is_a_code"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("point_of_entry_version_has_a_name")),
        sa.CheckConstraint(
            "official_status IN ('official', 'unofficial', 'unknown')",
            name=op.f("point_of_entry_version_official_status_is_a_code"),
        ),
        sa.CheckConstraint(
            "other_iso3 IS NULL OR other_iso3 <> iso3 AND poe_type IN ('land_border_point', 'blue_border_point')",
            name=op.f("point_of_entry_version_other_country_of_a_border_point"),
        ),
        sa.CheckConstraint(
            "poe_type IN ('airport', 'land_border_point', 'blue_border_point', 'internal_transit_point')",
            name=op.f("point_of_entry_version_poe_type_is_a_code"),
        ),
        sa.CheckConstraint("unlocode ~ '^[A-Z]{2}[A-Z0-9]{3}$'", name=op.f("point_of_entry_version_unlocode_form")),
        sa.CheckConstraint("NOT isempty(recorded_during)", name=op.f("point_of_entry_version_recorded_for_some_time")),
        sa.CheckConstraint(
            "NOT isempty(valid_during) AND NOT lower_inf(valid_during)",
            name=op.f("point_of_entry_version_valid_from_some_day"),
        ),
        sa.CheckConstraint(
            "ST_X(geometry) BETWEEN -180 AND 180 AND ST_Y(geometry) BETWEEN -90 AND 90",
            name=op.f("point_of_entry_version_stands_on_the_globe"),
        ),
        sa.CheckConstraint(
            "counterpart_id <> point_of_entry_id", name=op.f("point_of_entry_version_is_not_its_own_counterpart")
        ),
        sa.CheckConstraint(
            "lower_inc(recorded_during) AND NOT upper_inc(recorded_during)",
            name=op.f("point_of_entry_version_recorded_from_a_moment"),
        ),
        sa.CheckConstraint(
            "successor_id <> point_of_entry_id", name=op.f("point_of_entry_version_does_not_succeed_itself")
        ),
        sa.ForeignKeyConstraint(
            ["counterpart_id"], ["point_of_entry.id"], name=op.f("point_of_entry_version_counterpart_id_fkey")
        ),
        sa.ForeignKeyConstraint(["iso3"], ["country.iso3"], name=op.f("point_of_entry_version_iso3_fkey")),
        sa.ForeignKeyConstraint(["other_iso3"], ["country.iso3"], name=op.f("point_of_entry_version_other_iso3_fkey")),
        sa.ForeignKeyConstraint(
            ["point_of_entry_id"], ["point_of_entry.id"], name=op.f("point_of_entry_version_point_of_entry_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["remainder_of_id"], ["point_of_entry_version.id"], name=op.f("point_of_entry_version_remainder_of_id_fkey")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("point_of_entry_version_source_id_fkey")),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["point_of_entry.id"], name=op.f("point_of_entry_version_successor_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("point_of_entry_version_pkey")),
    )
    op.create_index(
        "point_of_entry_version_country_idx",
        "point_of_entry_version",
        ["iso3", "point_of_entry_id"],
        unique=False,
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_geospatial_index(
        "point_of_entry_version_geometry_idx",
        "point_of_entry_version",
        ["geometry"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        "point_of_entry_version_iata_idx",
        "point_of_entry_version",
        ["iata"],
        unique=False,
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_index(
        "point_of_entry_version_icao_idx",
        "point_of_entry_version",
        ["icao"],
        unique=False,
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_index(
        "point_of_entry_version_latest_as_known_idx",
        "point_of_entry_version",
        [sa.literal_column("point_of_entry_id"), sa.literal_column("lower(valid_during) DESC")],
        unique=False,
    )
    op.create_index(
        "point_of_entry_version_latest_idx",
        "point_of_entry_version",
        [sa.literal_column("point_of_entry_id"), sa.literal_column("lower(valid_during) DESC")],
        unique=False,
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_index(
        "point_of_entry_version_unlocode_idx",
        "point_of_entry_version",
        ["unlocode"],
        unique=False,
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_table(
        "region_alias",
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("region_alias_region_code_fkey")),
        sa.PrimaryKeyConstraint("region_code", "alias", name=op.f("region_alias_pkey")),
    )
    op.create_table(
        "region_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.Column("valid_during", postgresql.DATERANGE(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("region_code"), "="),
            (sa.text("iso3"), "="),
            (sa.column("valid_during"), "&&"),
            using="gist",
            name="region_member_once_a_day",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid_during) AND NOT lower_inf(valid_during)", name=op.f("region_member_valid_from_some_day")
        ),
        sa.ForeignKeyConstraint(["iso3"], ["country.iso3"], name=op.f("region_member_iso3_fkey")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("region_member_region_code_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("region_member_pkey")),
    )
    op.create_index(op.f("region_member_iso3_idx"), "region_member", ["iso3"], unique=False)
    op.create_table(
        "restriction",
        sa.Column("point_of_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("operational_status", sa.Text(), nullable=False),
        sa.Column(
            "status_group",
            sa.Text(),
            sa.Computed(
                "CASE operational_status WHEN 'open' THEN 'fully_operational' WHEN 'closed' THEN 'fully_closed' WHEN 'closed_for_entry' THEN 'partially_operational' WHEN 'closed_for_exit' THEN 'partially_operational' WHEN 'commercial_traffic_only' THEN 'partially_operational' WHEN 'returning_nationals_and_residents_only' THEN 'partially_operational' WHEN 'partially_operational' THEN 'partially_operational' WHEN 'unknown' THEN 'unknown' END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("measures", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("affected_populations", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("measures_digest", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("expected_duration", sa.Text(), nullable=True),
        sa.Column("announced_end", sa.Date(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("source_type", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Text(), server_default="reported", nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("valid_during", postgresql.DATERANGE(), nullable=False),
        sa.Column("recorded_during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("remainder_of_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("point_of_entry_id"), "="),
            (sa.column("valid_during"), "&&"),
            (sa.column("recorded_during"), "&&"),
            using="gist",
            name="restriction_one_belief_a_day",
        ),
        sa.CheckConstraint(
            "affected_populations <@ ARRAY['nationals', 'regular_travellers', 'stranded_migrants', 'returning_migrants', 'repatriated_migrants', 'internally_displaced_persons', 'asylum_seekers', 'refugees', 'tourists', 'irregular_migrants', 'migrant_workers', 'stranded_foreign_nationals', 'crew', 'truck_drivers', 'other', 'unknown']::text[]",
            name=op.f("restriction_affected_populations_are_codes"),
        ),
        sa.CheckConstraint(
            "confidence IN ('confirmed', 'reported', 'assumed')", name=op.f("restriction_confidence_is_a_code")
        ),
        sa.CheckConstraint(
            "expected_duration IN ('under_14_days', '14_days_to_1_month', '1_to_3_months', 'over_3_months', 'specific_date', 'unknown')",
            name=op.f("restriction_expected_duration_is_a_code"),
        ),
        sa.CheckConstraint(
            "measures <@ ARRAY['movement_restricted', 'visa_requirements_changed', 'nationality_restricted', 'identification_documents_changed', 'medical_requirements', 'mandatory_quarantine', 'other']::text[]",
            name=op.f("restriction_measures_are_codes"),
        ),
        sa.CheckConstraint(
            "operational_status IN ('open', 'closed', 'closed_for_entry', 'closed_for_exit', 'commercial_traffic_only', 'returning_nationals_and_residents_only', 'partially_operational', 'unknown')",
            name=op.f("restriction_operational_status_is_a_code"),
        ),
        sa.CheckConstraint(
            "source_type IN ('government', 'border_authority', 'iom_field_staff', 'key_informant', 'direct_observation', 'un', 'other_organisation', 'airline_or_iata', 'media', 'social_media', 'other')",
            name=op.f("restriction_source_type_is_a_code"),
        ),
        sa.CheckConstraint("NOT isempty(recorded_during)", name=op.f("restriction_recorded_for_some_time")),
        sa.CheckConstraint(
            "NOT isempty(valid_during) AND NOT lower_inf(valid_during)", name=op.f("restriction_valid_from_some_day")
        ),
        sa.CheckConstraint(
            "announced_end >= lower(valid_during) OR remainder_of_id IS NOT NULL",
            name=op.f("restriction_announced_end_after_start"),
        ),
        sa.CheckConstraint(
            "lower_inc(recorded_during) AND NOT upper_inc(recorded_during)",
            name=op.f("restriction_recorded_from_a_moment"),
        ),
        sa.ForeignKeyConstraint(
            ["point_of_entry_id"], ["point_of_entry.id"], name=op.f("restriction_point_of_entry_id_fkey")
        ),
        sa.ForeignKeyConstraint(["remainder_of_id"], ["restriction.id"], name=op.f("restriction_remainder_of_id_fkey")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("restriction_source_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("restriction_pkey")),
    )
    op.create_index(
        "restriction_latest_as_known_idx",
        "restriction",
        [sa.literal_column("point_of_entry_id"), sa.literal_column("lower(valid_during) DESC")],
        unique=False,
    )
    op.create_index(
        "restriction_latest_idx",
        "restriction",
        [sa.literal_column("point_of_entry_id"), sa.literal_column("lower(valid_during) DESC")],
        unique=False,
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_table(
        "restriction_measure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("restriction_id", sa.BigInteger(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), server_default="both", nullable=False),
        sa.Column("traffic", sa.Text(), server_default="all", nullable=False),
        sa.Column("affected_populations", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("nationality_rule", sa.Text(), server_default="all", nullable=False),
        sa.Column("nationalities", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("is_exception", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(nationality_rule = 'all') = (nationalities = '{}')",
            name=op.f("restriction_measure_rule_names_its_nationalities"),
        ),
        sa.CheckConstraint(
            "affected_populations <@ ARRAY['nationals', 'regular_travellers', 'stranded_migrants', 'returning_migrants', 'repatriated_migrants', 'internally_displaced_persons', 'asylum_seekers', 'refugees', 'tourists', 'irregular_migrants', 'migrant_workers', 'stranded_foreign_nationals', 'crew', 'truck_drivers', 'other', 'unknown']::text[]",
            name=op.f("restriction_measure_affected_populations_are_codes"),
        ),
        sa.CheckConstraint(
            "array_to_string(nationalities, ',', '?') ~ '^([A-Z]{3}(,[A-Z]{3})*)?$'",
            name=op.f("restriction_measure_nationalities_are_iso3"),
        ),
        sa.CheckConstraint(
            "direction IN ('entry', 'exit', 'both')", name=op.f("restriction_measure_direction_is_a_code")
        ),
        sa.CheckConstraint(
            "measure IN ('movement_restricted', 'visa_requirements_changed', 'nationality_restricted', 'identification_documents_changed', 'medical_requirements', 'mandatory_quarantine', 'other')",
            name=op.f("restriction_measure_measure_is_a_code"),
        ),
        sa.CheckConstraint(
            "nationality_rule IN ('all', 'only', 'except')", name=op.f("restriction_measure_nationality_rule_is_a_code")
        ),
        sa.CheckConstraint(
            "traffic IN ('passenger', 'cargo', 'all')", name=op.f("restriction_measure_traffic_is_a_code")
        ),
        sa.ForeignKeyConstraint(
            ["restriction_id"], ["restriction.id"], name=op.f("restriction_measure_restriction_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("restriction_measure_pkey")),
    )
    op.create_index(
        op.f("restriction_measure_restriction_id_idx"), "restriction_measure", ["restriction_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("restriction_measure_restriction_id_idx"), table_name="restriction_measure")
    op.drop_table("restriction_measure")
    op.drop_index(
        "restriction_latest_idx", table_name="restriction", postgresql_where=sa.text("upper_inf(recorded_during)")
    )
    op.drop_index("restriction_latest_as_known_idx", table_name="restriction")
    op.drop_table("restriction")
    op.drop_index(op.f("region_member_iso3_idx"), table_name="region_member")
    op.drop_table("region_member")
    op.drop_table("region_alias")
    op.drop_index(
        "point_of_entry_version_unlocode_idx",
        table_name="point_of_entry_version",
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.drop_index(
        "point_of_entry_version_latest_idx",
        table_name="point_of_entry_version",
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.drop_index("point_of_entry_version_latest_as_known_idx", table_name="point_of_entry_version")
    op.drop_index(
        "point_of_entry_version_icao_idx",
        table_name="point_of_entry_version",
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.drop_index(
        "point_of_entry_version_iata_idx",
        table_name="point_of_entry_version",
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.drop_geospatial_index(
        "point_of_entry_version_geometry_idx",
        table_name="point_of_entry_version",
        postgresql_using="gist",
        column_name="geometry",
    )
    op.drop_index(
        "point_of_entry_version_country_idx",
        table_name="point_of_entry_version",
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.drop_geospatial_table("point_of_entry_version")
    op.drop_index(
        "health_capacity_latest_idx",
        table_name="health_capacity",
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.drop_index("health_capacity_latest_as_known_idx", table_name="health_capacity")
    op.drop_table("health_capacity")
    op.drop_index(
        "country_measure_latest_idx",
        table_name="country_measure",
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.drop_index("country_measure_latest_as_known_idx", table_name="country_measure")
    op.drop_table("country_measure")
    op.drop_index(op.f("country_exception_imposing_iso3_idx"), table_name="country_exception")
    op.drop_table("country_exception")
    op.drop_index("assessment_latest_idx", table_name="assessment")
    op.drop_table("assessment")
    op.drop_table("source")
    op.drop_table("revision")
    op.drop_table("region")
    op.drop_table("point_of_entry")
    op.drop_table("loaded_file")
    op.drop_geospatial_index(
        "country_geometry_idx", table_name="country", postgresql_using="gist", column_name="geometry"
    )
    op.drop_geospatial_table("country")
    op.execute("DROP FUNCTION refuse_rewriting()")
    op.execute("DROP FUNCTION refuse_change()")
