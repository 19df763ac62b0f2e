"""How many points have which status, kept as steps by day and moment; those of what was recorded before are added.

For 500,000 restrictions that takes some seconds, for ten million a minute, in which nobody writes news and all read.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_status_steps"
down_revision = "0008_report_editions"
branch_labels = None
depends_on = None

ADD_STEPS = """
    INSERT INTO status_step (recorded_at, day, iso3, poe_type, status_group, points)
    SELECT step.recorded_at, step.day, v.iso3, v.poe_type, r.status_group, sum(step.points * {changed}.sign)
    FROM {r} r JOIN {v} v ON v.point_of_entry_id = r.point_of_entry_id
    CROSS JOIN LATERAL (
        SELECT r.valid_during * v.valid_during AS days, r.recorded_during * v.recorded_during AS moments
    ) together
    CROSS JOIN LATERAL (VALUES
        (lower(moments), lower(days), 1), (lower(moments), upper(days), -1),
        (upper(moments), lower(days), -1), (upper(moments), upper(days), 1)
    ) step (recorded_at, day, points)
    WHERE v.lifecycle = 'active' AND v.valid_during && r.valid_during AND v.recorded_during && r.recorded_during
        AND step.recorded_at IS NOT NULL AND step.day IS NOT NULL
    GROUP BY step.recorded_at, step.day, v.iso3, v.poe_type, r.status_group
    HAVING sum(step.points * {changed}.sign) <> 0;
"""
CAME = "(SELECT *, 1 AS sign FROM came)"
CAME_AND_WENT = "(SELECT *, 1 AS sign FROM came UNION ALL SELECT *, -1 FROM went)"
STEP = """
CREATE OR REPLACE FUNCTION step_statuses_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {came} ELSE {came_and_went} END IF;
    RETURN NULL;
END $$
"""
TABLES = {"r": "restriction", "v": "point_of_entry_version"}
SEEN = {"insert": "NEW TABLE AS came", "update": "OLD TABLE AS went NEW TABLE AS came"}


def upgrade() -> None:
    op.create_table(
        "status_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.Column("poe_type", sa.Text(), nullable=False),
        sa.Column("status_group", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("status_step_pkey")),
    )
    op.create_index(op.f("status_step_iso3_idx"), "status_step", ["iso3"])
    for name, when in (
        ("only_added_to", "UPDATE OR DELETE ON status_step FOR EACH ROW"),
        ("only_added_to_truncate", "TRUNCATE ON status_step FOR EACH STATEMENT"),
    ):
        op.execute(f"CREATE TRIGGER status_step_{name} BEFORE {when} EXECUTE FUNCTION refuse_change()")
    # From here on nobody else writes news, so that none is left out and none is counted twice.
    for place, table in TABLES.items():
        statements = [ADD_STEPS.format(**TABLES | {place: rows}, changed=place) for rows in (CAME, CAME_AND_WENT)]
        op.execute(STEP.format(table=table, came=statements[0], came_and_went=statements[1]))
        for when, seen in SEEN.items():
            op.execute(
                f"CREATE TRIGGER {table}_steps_statuses_on_{when} AFTER {when.upper()} ON {table} "
                f"REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION step_statuses_of_{table}()"
            )
    all_restrictions = "(SELECT *, 1 AS sign FROM restriction)"
    op.execute(ADD_STEPS.format(**TABLES | {"r": all_restrictions}, changed="r"))
    op.execute("ANALYZE status_step")


def downgrade() -> None:
    for table in TABLES.values():
        for when in SEEN:
            op.execute(f"DROP TRIGGER {table}_steps_statuses_on_{when} ON {table}")
        op.execute(f"DROP FUNCTION step_statuses_of_{table}()")
    op.drop_table("status_step")
