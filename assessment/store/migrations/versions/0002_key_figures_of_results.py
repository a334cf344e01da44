"""Key figures of results."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards this version."""
    op.create_table(
        "run_indicator",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("standard_error", sa.Float(), nullable=True),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "indicator", "activity", "side"),
    )
    op.create_table(
        "run_outcome",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "framework"),
    )
    op.add_column("run", sa.Column("synthetic", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Back from it."""
    # Not in a batch: SQLite would drop the table, and what hangs on it with it.
    op.drop_column("run", "synthetic")
    op.drop_table("run_outcome")
    op.drop_table("run_indicator")
