"""Towns, borders of regions, rivers, roads, railways and lakes of the basemap.

The program fills the tables when it next starts or loads the shipped data.

Deployed while the version before still runs: add before you use, stop using before you drop.
Never rewrite or delete accepted records. Long locks break the service: see env.py for the limits.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0019_basemap_layers"
down_revision = "0018_border_controls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "basemap_town",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *(sa.Column(f"name_{language}", sa.Text(), nullable=True) for language in ("fr", "es", "ar")),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("least_zoom", sa.BigInteger(), nullable=False),
        sa.Column("geometry", Geometry("POINT", 4326, spatial_index=False), nullable=False),
        sa.CheckConstraint("source IN ('natural_earth', 'geonames')", name=op.f("basemap_town_source_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("basemap_town_pkey")),
    )
    op.create_table(
        "basemap_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("least_zoom", sa.BigInteger(), nullable=False),
        sa.Column("geometry", Geometry("LINESTRING", 4326, spatial_index=False), nullable=False),
        sa.CheckConstraint(
            "kind IN ('region_border', 'river', 'road', 'railway')", name=op.f("basemap_line_kind_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("basemap_line_pkey")),
    )
    op.create_table(
        "basemap_lake",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("least_zoom", sa.BigInteger(), nullable=False),
        sa.Column("geometry", Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("basemap_lake_pkey")),
    )
    for table in ("basemap_town", "basemap_line", "basemap_lake"):
        op.create_index(f"{table}_geometry_idx", table, ["geometry"], postgresql_using="gist")


def downgrade() -> None:
    for table in ("basemap_lake", "basemap_line", "basemap_town"):
        op.drop_table(table)
