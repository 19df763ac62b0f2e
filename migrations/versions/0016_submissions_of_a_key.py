"""An index to find whether a key has just sent the same bytes.

Building it holds up writers (under a second for a million submissions) and no reader.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

from alembic import op

revision = "0016_submissions_of_a_key"
down_revision = "0015_first_days_of_points"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("submission_of_key_idx", "submission", ["api_key_id", "body_sha256"])


def downgrade() -> None:
    op.drop_index("submission_of_key_idx", "submission")
