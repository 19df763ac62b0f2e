"""How each webhook's receiver did the last time, and indexes to take messages in turns by receiver.

Building the indexes holds up writers of messages (under a second for a million) and no reader.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_webhook_turns"
down_revision = "0011_weeks_news"
branch_labels = None
depends_on = None

WAITING = "delivered_at IS NULL AND dead_at IS NULL"


def upgrade() -> None:
    op.add_column("webhook", sa.Column("last_delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook", sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook", sa.Column("last_attempt_s", sa.Double(), nullable=True))
    op.create_index("webhook_office_idx", "webhook", ["office_id"], postgresql_where=sa.text("removed_at IS NULL"))
    op.create_index(
        "webhook_delivery_waiting_idx", "webhook_delivery", ["webhook_id", "due_at"], postgresql_where=sa.text(WAITING)
    )
    op.create_index(
        "webhook_delivery_dead_idx",
        "webhook_delivery",
        ["webhook_id", "id"],
        postgresql_where=sa.text("dead_at IS NOT NULL"),
    )
    op.execute(
        """
        UPDATE webhook SET
            last_delivered_at =
                (SELECT max(delivered_at) FROM webhook_delivery d WHERE d.webhook_id = webhook.id),
            failing_since =
                (SELECT min(created_at) FROM webhook_delivery d
                 WHERE d.webhook_id = webhook.id AND delivered_at IS NULL AND dead_at IS NULL
                     AND last_error IS NOT NULL)
        WHERE removed_at IS NULL
        """
    )


def downgrade() -> None:
    op.drop_index("webhook_delivery_dead_idx", "webhook_delivery")
    op.drop_index("webhook_delivery_waiting_idx", "webhook_delivery")
    op.drop_index("webhook_office_idx", "webhook")
    for name in ("last_attempt_s", "failing_since", "last_delivered_at"):
        op.drop_column("webhook", name)
