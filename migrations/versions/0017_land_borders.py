"""What kind of source says that a point is there, its transport, and the code of its counterpart; candidates.

The table of versions is rewritten once to fill the columns: 100,000 of them take some seconds, in which nobody reads
them.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

from alembic import op

revision = "0017_land_borders"
down_revision = "0016_submissions_of_a_key"
branch_labels = None
depends_on = None

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
# Filled in as a generated column, which is then made a plain one: no row is updated, which the table would refuse.
CODE_OF = """
CREATE FUNCTION code_of(bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT code FROM point_of_entry WHERE id = $1
$$
"""
MEMBERS_BEFORE = (
    "name",
    "poe_type",
    "subtype",
    "country:iso3",
    "other_country:other_iso3",
    "admin1_name",
    "admin1_code",
    "municipality",
    "iata",
    "icao",
    "unlocode",
    "official_status",
    "ihr_designated",
    "opening_hours",
    "lifecycle",
    "coordinate_precision",
)
ADDED = ("evidence", "transport", "counterpart", "side")
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
TAKE_CODE_BEFORE = """
CREATE OR REPLACE FUNCTION take_code_of_point() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.code := (SELECT code FROM point_of_entry WHERE id = NEW.point_of_entry_id);
    RETURN NEW;
END $$
"""
LIFECYCLES = ("proposed", "active", "retired", "merged")
PRECISIONS = ("exact", "harbour_1_arcmin", "settlement_1_arcmin", "settlement_geocoded")
NEW_PRECISIONS = (
    "road_border_intersection_1_10m",
    "rail_border_intersection_1_10m",
    "border_point_between_settlements",
    "border_point_near_settlement",
    "approximate",
    "approximate_20km",
    "unknown",
)
EVIDENCE = (
    "office_confirmed",
    "official_list",
    "humanitarian_list",
    "third_party_list",
    "compiled_list",
    "derived_geometry",
    "derived_other_side",
)
TRANSPORT = ("road", "rail", "river", "pedestrian")


def _quoted(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _members(names: tuple[str, ...]) -> str:
    pairs = [(name.split(":")[0], name.split(":")[-1]) for name in names]
    return " || ',".join(f'"{name}":\' || json_text({column})' for name, column in pairs).join(("'", ""))


def _table(*actions: str) -> None:
    """Run the actions in one statement, which rewrites the table once at most."""
    op.execute(f"ALTER TABLE point_of_entry_version {', '.join(actions)}")


def _check(name: str, condition: str) -> str:
    return f"ADD CONSTRAINT point_of_entry_version_{name} CHECK ({condition})"


def _drop_check(name: str) -> str:
    return f"DROP CONSTRAINT point_of_entry_version_{name}"


def upgrade() -> None:
    op.execute(JSON_TEXTS)
    op.execute(JSON_NUMBER)
    op.execute(CODE_OF)
    _table(
        "ADD COLUMN evidence text",
        "ADD COLUMN transport text[]",
        'ADD COLUMN counterpart text COLLATE "C" GENERATED ALWAYS AS (code_of(counterpart_id)) STORED',
        "ADD COLUMN side smallint NOT NULL DEFAULT 0",
        _drop_check("lifecycle_is_a_code"),
        _check("lifecycle_is_a_code", f"lifecycle IN ({_quoted((*LIFECYCLES, 'candidate'))})"),
        _drop_check("coordinate_precision_is_a_code"),
        _check(
            "coordinate_precision_is_a_code", f"coordinate_precision IN ({_quoted((*PRECISIONS, *NEW_PRECISIONS))})"
        ),
        _check("evidence_is_a_code", f"evidence IN ({_quoted(EVIDENCE)})"),
        _check("transport_are_codes", f"transport <@ ARRAY[{_quoted(TRANSPORT)}]::text[]"),
        _check("side_is_left_or_right", "side BETWEEN -1 AND 1"),
    )
    _table("ALTER COLUMN counterpart DROP EXPRESSION")
    op.execute("DROP FUNCTION code_of(bigint)")
    op.execute(TAKE_CODE)
    _replace_members((*MEMBERS_BEFORE, *ADDED, "licence"))


def _replace_members(names: tuple[str, ...]) -> None:
    """Write the members again: it is another expression, and PostgreSQL 15 cannot exchange that in place."""
    _table("DROP COLUMN members", f"ADD COLUMN members text NOT NULL GENERATED ALWAYS AS ({_members(names)}) STORED")


def downgrade() -> None:
    """Go back where no version has a new code: what was accepted stays, and the checks refuse to go back otherwise."""
    _replace_members((*MEMBERS_BEFORE, "licence"))
    op.execute(TAKE_CODE_BEFORE)
    _table(
        *(_drop_check(name) for name in ("evidence_is_a_code", "transport_are_codes", "side_is_left_or_right")),
        _drop_check("lifecycle_is_a_code"),
        _check("lifecycle_is_a_code", f"lifecycle IN ({_quoted(LIFECYCLES)})"),
        _drop_check("coordinate_precision_is_a_code"),
        _check("coordinate_precision_is_a_code", f"coordinate_precision IN ({_quoted(PRECISIONS)})"),
        *(f"DROP COLUMN {name}" for name in ADDED),
    )
    op.execute("DROP FUNCTION json_text(text[])")
    op.execute("DROP FUNCTION json_text(smallint)")
