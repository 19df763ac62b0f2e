"""Borders and coasts as lines of their own, and how large a country is: to draw and to label maps.

The program fills the table when it next loads countries or starts: the lines are found outside the database.
The areas are worked out here; on the shapes that the service ships with it takes less than a second.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0005_borders"
down_revision = "0004_country_of_a_row"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "border",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.Column("other_iso3", sa.Text(), nullable=True),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("geometry", Geometry("LINESTRING", 4326, spatial_index=False), nullable=False),
        sa.CheckConstraint("iso3 < other_iso3", name=op.f("border_sides_in_order")),
        sa.CheckConstraint("other_iso3 IS NOT NULL OR NOT disputed", name=op.f("border_disputed_between_two")),
        sa.ForeignKeyConstraint(["iso3"], ["country.iso3"], name=op.f("border_iso3_fkey")),
        sa.ForeignKeyConstraint(["other_iso3"], ["country.iso3"], name=op.f("border_other_iso3_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("border_pkey")),
    )
    op.create_index("border_geometry_idx", "border", ["geometry"], postgresql_using="gist")
    area = sa.Computed("st_area(geometry::geography) / 1e6", persisted=True)
    op.add_column("country", sa.Column("area_km2", sa.Double(), area, nullable=False))


def downgrade() -> None:
    op.drop_column("country", "area_km2")
    op.drop_table("border")
