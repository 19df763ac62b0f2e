"""Indexes for what a week brought, of all points.

Building them holds up writers (under a second for a million records) and no reader.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_weeks_news"
down_revision = "0010_feature_openings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "restriction_started_idx",
        "restriction",
        [sa.literal_column("lower(valid_during)")],
        postgresql_where=sa.text("upper_inf(recorded_during)"),
    )
    op.create_index("assessment_assessed_on_idx", "assessment", ["assessed_on"])


def downgrade() -> None:
    op.drop_index("assessment_assessed_on_idx", "assessment")
    op.drop_index("restriction_started_idx", "restriction")
