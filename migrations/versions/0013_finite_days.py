"""Days of records are finite: -infinity is a first day of the register alone, and an open end has no bound.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

from alembic import op

revision = "0013_finite_days"
down_revision = "0012_webhook_turns"
branch_labels = None
depends_on = None

FINITE = "isfinite(lower(valid_during))"
FIRST_DAYS = {
    "restriction": FINITE,
    "country_measure": FINITE,
    "country_exception": FINITE,
    "health_capacity": FINITE,
    "point_of_entry_version": "lower(valid_during) < 'infinity'",
}


def upgrade() -> None:
    """Each table is locked for an instant; the records that it has are looked through by the next migration."""
    for table, first in FIRST_DAYS.items():
        check = f"CHECK ({first} AND isfinite(upper(valid_during)) IS NOT FALSE)"
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_valid_on_finite_days {check} NOT VALID")


def downgrade() -> None:
    for table in FIRST_DAYS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_valid_on_finite_days")
