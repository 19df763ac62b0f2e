"""Offices, their keys, their submissions, and the audit trail.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_offices_and_submissions"
down_revision = "0001_first_tables"
branch_labels = None
depends_on = None

ONLY_ADDED_TO = ("submission", "submission_row", "submission_decision", "audit_entry")


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("needs_review", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9][a-z0-9-]{1,39}$'", name=op.f("office_code_form")),
        sa.CheckConstraint("language IN ('en', 'fr', 'es', 'ar')", name=op.f("office_language_is_spoken")),
        sa.PrimaryKeyConstraint("id", name=op.f("office_pkey")),
        sa.UniqueConstraint("code", name=op.f("office_code_key")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('office', 'reviewer', 'admin')", name=op.f("api_key_role_is_a_code")),
        sa.CheckConstraint("octet_length(secret_sha256) = 32", name=op.f("api_key_secret_is_a_hash")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("api_key_office_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_key_pkey")),
        sa.UniqueConstraint("prefix", name=op.f("api_key_prefix_key")),
    )
    op.create_table(
        "office_country",
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["iso3"], ["country.iso3"], name=op.f("office_country_iso3_fkey")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("office_country_office_id_fkey")),
        sa.PrimaryKeyConstraint("office_id", "iso3", name=op.f("office_country_pkey")),
    )
    op.create_table(
        "office_region",
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("office_region_office_id_fkey")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("office_region_region_code_fkey")),
        sa.PrimaryKeyConstraint("office_id", "region_code", name=op.f("office_region_pkey")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("iso3s", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("regions", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("url ~ '^https?://'", name=op.f("webhook_url_form")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("webhook_office_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_pkey")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_key.id"], name=op.f("audit_entry_api_key_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_entry_pkey")),
    )
    op.create_index("audit_entry_subject_idx", "audit_entry", ["subject", "id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("partial", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_key.id"], name=op.f("submission_api_key_id_fkey")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("submission_office_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("submission_pkey")),
        sa.UniqueConstraint("office_id", "idempotency_key", name=op.f("submission_office_id_idempotency_key_key")),
    )
    op.create_index(op.f("submission_office_id_idx"), "submission", ["office_id"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("webhook_delivery_counts_its_attempts")),
        sa.CheckConstraint("delivered_at IS NULL OR dead_at IS NULL", name=op.f("webhook_delivery_delivered_or_dead")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("webhook_delivery_webhook_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_delivery_pkey")),
    )
    op.create_index(
        "webhook_delivery_due_idx",
        "webhook_delivery",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index(op.f("webhook_delivery_webhook_id_idx"), "webhook_delivery", ["webhook_id"], unique=False)
    op.create_table(
        "submission_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(decision = 'published') = (recorded_at IS NOT NULL)",
            name=op.f("submission_decision_published_at_a_moment"),
        ),
        sa.CheckConstraint(
            "decision IN ('published', 'waiting', 'returned')", name=op.f("submission_decision_decision_is_a_code")
        ),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_key.id"], name=op.f("submission_decision_api_key_id_fkey")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("submission_decision_submission_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("submission_decision_pkey")),
    )
    op.create_index(
        "submission_decision_latest_idx",
        "submission_decision",
        ["submission_id", sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "submission_row",
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("given", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("point_of_entry_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["point_of_entry_id"], ["point_of_entry.id"], name=op.f("submission_row_point_of_entry_id_fkey")
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("submission_row_submission_id_fkey")),
        sa.PrimaryKeyConstraint("submission_id", "number", name=op.f("submission_row_pkey")),
    )
    op.add_column("assessment", sa.Column("submission_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("assessment_submission_id_idx"), "assessment", ["submission_id"], unique=False)
    op.create_foreign_key(op.f("assessment_submission_id_fkey"), "assessment", "submission", ["submission_id"], ["id"])
    op.add_column("health_capacity", sa.Column("submission_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("health_capacity_submission_id_fkey"), "health_capacity", "submission", ["submission_id"], ["id"]
    )
    op.add_column("point_of_entry_version", sa.Column("submission_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("point_of_entry_version_submission_id_fkey"),
        "point_of_entry_version",
        "submission",
        ["submission_id"],
        ["id"],
    )
    op.add_column("restriction", sa.Column("source_note", sa.Text(), nullable=True))
    op.add_column("restriction", sa.Column("submission_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("restriction_submission_id_idx"), "restriction", ["submission_id"], unique=False)
    op.create_foreign_key(
        op.f("restriction_submission_id_fkey"), "restriction", "submission", ["submission_id"], ["id"]
    )
    for table in ONLY_ADDED_TO:
        on_rows = f"UPDATE OR DELETE ON {table} FOR EACH ROW"
        on_all = f"TRUNCATE ON {table} FOR EACH STATEMENT"
        op.execute(f"CREATE TRIGGER {table}_only_added_to BEFORE {on_rows} EXECUTE FUNCTION refuse_change()")
        op.execute(f"CREATE TRIGGER {table}_only_added_to_truncate BEFORE {on_all} EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    op.drop_constraint(op.f("restriction_submission_id_fkey"), "restriction", type_="foreignkey")
    op.drop_index(op.f("restriction_submission_id_idx"), table_name="restriction")
    op.drop_column("restriction", "submission_id")
    op.drop_column("restriction", "source_note")
    op.drop_constraint(op.f("point_of_entry_version_submission_id_fkey"), "point_of_entry_version", type_="foreignkey")
    op.drop_column("point_of_entry_version", "submission_id")
    op.drop_constraint(op.f("health_capacity_submission_id_fkey"), "health_capacity", type_="foreignkey")
    op.drop_column("health_capacity", "submission_id")
    op.drop_constraint(op.f("assessment_submission_id_fkey"), "assessment", type_="foreignkey")
    op.drop_index(op.f("assessment_submission_id_idx"), table_name="assessment")
    op.drop_column("assessment", "submission_id")
    op.drop_table("submission_row")
    op.drop_index("submission_decision_latest_idx", table_name="submission_decision")
    op.drop_table("submission_decision")
    op.drop_index(op.f("webhook_delivery_webhook_id_idx"), table_name="webhook_delivery")
    op.drop_index(
        "webhook_delivery_due_idx",
        table_name="webhook_delivery",
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.drop_table("webhook_delivery")
    op.drop_index(op.f("submission_office_id_idx"), table_name="submission")
    op.drop_table("submission")
    op.drop_index("audit_entry_subject_idx", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_table("webhook")
    op.drop_table("office_region")
    op.drop_table("office_country")
    op.drop_table("api_key")
    op.drop_table("office")
