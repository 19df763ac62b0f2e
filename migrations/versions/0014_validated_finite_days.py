"""Whether the days of all records are finite; a table that has others keeps them, and the constraint is for new ones.

Looking a table through holds up neither readers nor writers.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

from alembic import op

revision = "0014_validated_finite_days"
down_revision = "0013_finite_days"
branch_labels = None
depends_on = None

TABLES = ("restriction", "country_measure", "country_exception", "health_capacity", "point_of_entry_version")


def upgrade() -> None:
    for table in TABLES:
        op.execute(
            f"""
            DO $$ BEGIN
                ALTER TABLE {table} VALIDATE CONSTRAINT {table}_valid_on_finite_days;
            EXCEPTION WHEN check_violation THEN
                RAISE WARNING '{table} has records whose first or last day is infinite; they stay as they are';
            END $$
            """
        )


def downgrade() -> None:
    """Leave the constraints: the migration that added them drops them."""
