"""Points of which something is recorded for days before they are in the register begin with the first of these days.

Such records were accepted and shown in half of the answers: at the point, and not among the restrictions and changes.
The register is added to, as known since the first of the records was; nothing is rewritten.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_first_days_of_points"
down_revision = "0014_validated_finite_days"
branch_labels = None
depends_on = None

# `code` is filled in by the database, `opening` and `members` are computed.
COPIED = """
    point_of_entry_id, name, other_names, poe_type, subtype, iso3, other_iso3, counterpart_id, admin1_name, admin1_code,
    municipality, iata, icao, unlocode, official_status, ihr_designated, lifecycle, successor_id, opening_hours,
    geometry, coordinate_precision, coordinate_source, source_id, source_reference, source_version, licence, details,
    submission_id
"""
ADD_TO_THE_REGISTER = f"""
WITH first_entry AS (
    SELECT DISTINCT ON (point_of_entry_id) *
    FROM point_of_entry_version
    WHERE upper_inf(recorded_during)
    ORDER BY point_of_entry_id, lower(valid_during)
), said AS (
    SELECT
        first_entry.id,
        min(lower(restriction.valid_during)) AS first_day,
        min(lower(restriction.recorded_during)) AS recorded_at
    FROM first_entry
    JOIN restriction USING (point_of_entry_id)
    WHERE first_entry.lifecycle <> 'proposed' AND lower(restriction.valid_during) < lower(first_entry.valid_during)
    GROUP BY first_entry.id
)
INSERT INTO point_of_entry_version ({COPIED}, valid_during, recorded_during)
SELECT
    {COPIED},
    daterange(said.first_day, lower(first_entry.valid_during)),
    tstzrange(greatest(said.recorded_at, lower(first_entry.recorded_during)), NULL)
FROM first_entry JOIN said USING (id)
ON CONFLICT DO NOTHING
"""  # noqa: S608 - the columns are named above


def upgrade() -> None:
    """Nothing, and a moment's look, where there is no such point; else it is a change that readers are told of."""
    op.execute("LOCK TABLE revision IN EXCLUSIVE MODE")
    added = op.get_bind().execute(sa.text(ADD_TO_THE_REGISTER))
    if added.rowcount:
        op.execute(
            "INSERT INTO revision (recorded_at, reason)"
            " SELECT greatest(clock_timestamp(), max(recorded_at) + interval '1 microsecond'),"
            " 'points begin with the first day recorded of them' FROM revision"
        )


def downgrade() -> None:
    """Leave the register unchanged."""
