"""A country indicator with its levels: border control between two Schengen states.

The constraints are widened. Looking the tables through again holds up their readers for less than a second: they have
some thousand records, or 110,000 with IOM's matrix.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

from alembic import op

revision = "0018_border_controls"
down_revision = "0017_land_borders"
branch_labels = None
depends_on = None

ANSWERS = "('yes', 'no', 'unknown')"
LEVELS = {
    "international_travel": "('0', '1', '2', '3', '4')",
    "internal_movement": "('0', '1', '2')",
    "public_transport": "('0', '1', '2')",
    "air_travel": "('none_reported', 'no_restriction', 'partial', 'total')",
    "national_emergency_declared": ANSWERS,
    "any_mobility_restriction": ANSWERS,
    "quarantine_all_international_arrivals": ANSWERS,
    "new_visas_suspended": ANSWERS,
    "visa_and_permit_auto_extension": ANSWERS,
    "overstay_fines_waived": ANSWERS,
}
ADDED = {"internal_border_control": "('air', 'land', 'air_and_sea', 'land_and_air', 'all')"}


def upgrade() -> None:
    _allow(LEVELS | ADDED)


def downgrade() -> None:
    """Fails where there are records of the indicator, which are never deleted."""
    _allow(LEVELS)


def _allow(levels: dict[str, str]) -> None:
    cases = " ".join(f"WHEN '{indicator}' THEN level IN {codes}" for indicator, codes in levels.items())
    indicators = ", ".join(f"'{indicator}'" for indicator in levels)
    _replace("country_measure", "level_of_its_indicator", f"CASE indicator {cases} ELSE false END")
    _replace("country_exception", "indicator_is_a_code", f"indicator IN ({indicators})")


def _replace(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{name}, ADD CONSTRAINT {table}_{name} CHECK ({condition})")
