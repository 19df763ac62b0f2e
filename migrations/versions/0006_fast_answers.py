"""What answers tell of a point's entry in the register, written once as JSON; the register by country as once known;
and every revision announced to whoever listens.

The table of versions is rewritten to fill the column: 100,000 of them take a few seconds, in which nobody reads them.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_fast_answers"
down_revision = "0005_borders"
branch_labels = None
depends_on = None

JSON_TEXT = """
CREATE OR REPLACE FUNCTION json_text(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(to_json($1)::text, 'null')
$$
"""
ANNOUNCE = """
CREATE OR REPLACE FUNCTION announce_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('crossings_revision', NEW.recorded_at::text);
    RETURN NULL;
END $$
"""
ON_REVISION = """
CREATE TRIGGER revision_announced AFTER INSERT ON revision FOR EACH ROW EXECUTE FUNCTION announce_revision()
"""
MEMBERS = (
    """'"name":' || json_text(name) """
    """|| ',"poe_type":' || json_text(poe_type) """
    """|| ',"subtype":' || json_text(subtype) """
    """|| ',"country":' || json_text(iso3) """
    """|| ',"other_country":' || json_text(other_iso3) """
    """|| ',"admin1_name":' || json_text(admin1_name) """
    """|| ',"admin1_code":' || json_text(admin1_code) """
    """|| ',"municipality":' || json_text(municipality) """
    """|| ',"iata":' || json_text(iata) """
    """|| ',"icao":' || json_text(icao) """
    """|| ',"unlocode":' || json_text(unlocode) """
    """|| ',"official_status":' || json_text(official_status) """
    """|| ',"ihr_designated":' || json_text(ihr_designated) """
    """|| ',"opening_hours":' || json_text(opening_hours) """
    """|| ',"lifecycle":' || json_text(lifecycle) """
    """|| ',"coordinate_precision":' || json_text(coordinate_precision) """
    """|| ',"licence":' || json_text(licence) """
)


def upgrade() -> None:
    op.execute(JSON_TEXT)
    members = sa.Computed(MEMBERS, persisted=True)
    op.add_column("point_of_entry_version", sa.Column("members", sa.Text(), members, nullable=False))
    op.create_index(
        "point_of_entry_version_country_as_known_idx", "point_of_entry_version", ["iso3", "point_of_entry_id"]
    )
    op.execute(ANNOUNCE)
    op.execute(ON_REVISION)


def downgrade() -> None:
    op.execute("DROP TRIGGER revision_announced ON revision")
    op.execute("DROP FUNCTION announce_revision()")
    op.drop_index("point_of_entry_version_country_as_known_idx", table_name="point_of_entry_version")
    op.drop_column("point_of_entry_version", "members")
    op.execute("DROP FUNCTION json_text(text)")
