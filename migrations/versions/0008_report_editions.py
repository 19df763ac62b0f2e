"""Editions of reports, frozen with their figures, and their errata.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_report_editions"
down_revision = "0007_nearest"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_edition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.CheckConstraint("level IN ('global', 'region', 'country')", name=op.f("report_edition_level_is_known")),
        sa.CheckConstraint("(level = 'global') = (area IS NULL)", name=op.f("report_edition_area_of_a_level")),
        sa.CheckConstraint("number > 0", name=op.f("report_edition_numbers_from_1")),
        sa.CheckConstraint(
            "(number = 1) = (previous_id IS NULL)", name=op.f("report_edition_follows_another_but_the_first")
        ),
        sa.CheckConstraint(
            "cut_off <= (known_at AT TIME ZONE 'UTC')::date", name=op.f("report_edition_cut_off_was_known")
        ),
        sa.ForeignKeyConstraint(["previous_id"], ["report_edition.id"], name=op.f("report_edition_previous_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("report_edition_pkey")),
        sa.UniqueConstraint(
            "level",
            "area",
            "number",
            name=op.f("report_edition_level_area_number_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "report_erratum",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.CheckConstraint("says <> ''", name=op.f("report_erratum_says_something")),
        sa.ForeignKeyConstraint(["edition_id"], ["report_edition.id"], name=op.f("report_erratum_edition_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("report_erratum_pkey")),
    )
    op.create_index(op.f("report_erratum_edition_id_idx"), "report_erratum", ["edition_id"])
    for table in ("report_edition", "report_erratum"):
        for name, when in (
            ("only_added_to", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
            ("only_added_to_truncate", f"TRUNCATE ON {table} FOR EACH STATEMENT"),
        ):
            op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {when} EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    op.drop_table("report_erratum")
    op.drop_table("report_edition")
