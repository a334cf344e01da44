"""Folders of cohorts that users opened."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Towards this version."""
    op.create_table(
        "cohort_folder",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner_id", "path"),
    )
    with op.batch_alter_table("cohort_folder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohort_folder_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    """Back from it."""
    op.drop_table("cohort_folder")
