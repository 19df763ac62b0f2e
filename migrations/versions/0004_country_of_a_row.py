"""The country that a row of a submission is about: a new point is none of the register's yet.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_country_of_a_row"
down_revision = "0003_recorded_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission_row", sa.Column("iso3", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("submission_row_iso3_fkey"), "submission_row", "country", ["iso3"], ["iso3"])


def downgrade() -> None:
    op.drop_column("submission_row", "iso3")
