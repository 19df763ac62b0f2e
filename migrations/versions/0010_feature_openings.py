"""The code of its point in each version, and how its feature begins, written once as JSON.

The table of versions is rewritten to fill the columns: 100,000 of them take a few seconds, in which nobody reads them.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

from alembic import op

revision = "0010_feature_openings"
down_revision = "0009_status_steps"
branch_labels = None
depends_on = None

# Filled in as a generated column, which is then made a plain one: no row is updated, which the table would refuse.
CODE_OF = """
CREATE FUNCTION code_of(bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT code FROM point_of_entry WHERE id = $1
$$
"""
ADD_CODE = """
ALTER TABLE point_of_entry_version
ADD COLUMN code text COLLATE "C" GENERATED ALWAYS AS (code_of(point_of_entry_id)) STORED NOT NULL
"""
TAKE_CODE = """
CREATE OR REPLACE FUNCTION take_code_of_point() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.code := (SELECT code FROM point_of_entry WHERE id = NEW.point_of_entry_id);
    RETURN NEW;
END $$
"""
ON_VERSION = """
CREATE TRIGGER point_of_entry_version_takes_code BEFORE INSERT ON point_of_entry_version
FOR EACH ROW EXECUTE FUNCTION take_code_of_point()
"""
ADD_OPENING = """
ALTER TABLE point_of_entry_version ADD COLUMN opening text GENERATED ALWAYS AS (
    '{"type":"Feature","id":"' || code || '","geometry":' || ST_AsGeoJSON(geometry, 6, 0)
    || ',"properties":{"code":"' || code || '","is_poe":'
    || CASE WHEN poe_type IN ('airport', 'land_border_point', 'blue_border_point') THEN 'true' ELSE 'false' END
) STORED NOT NULL
"""


def upgrade() -> None:
    op.execute(CODE_OF)
    op.execute(ADD_CODE)
    op.execute("ALTER TABLE point_of_entry_version ALTER COLUMN code DROP EXPRESSION")
    op.execute("DROP FUNCTION code_of(bigint)")
    op.execute(TAKE_CODE)
    op.execute(ON_VERSION)
    op.execute(ADD_OPENING)


def downgrade() -> None:
    op.drop_column("point_of_entry_version", "opening")
    op.execute("DROP TRIGGER point_of_entry_version_takes_code ON point_of_entry_version")
    op.execute("DROP FUNCTION take_code_of_point()")
    op.drop_column("point_of_entry_version", "code")
