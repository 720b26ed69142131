"""Plans that cut places into grids."""

import sqlalchemy as sa
from alembic import op

import data.types
from data.rules.areas import AreaLevel
from data.rules.grids import PlanState

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "grid_plan",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("committee_id", BIG, nullable=False),
        sa.Column("level", data.types.Vocabulary(AreaLevel), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("preset", sa.String(20), nullable=False),
        sa.Column("lower", sa.Integer(), nullable=False),
        sa.Column("upper", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("state", data.types.Vocabulary(PlanState), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_grid_plan_committee_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_grid_plan_author_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_grid_plan_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_plan")),
        sa.UniqueConstraint("uid", name=op.f("uq_grid_plan_uid")),
    )
    for column in ("code", "committee_id", "state"):
        op.create_index(op.f(f"ix_grid_plan_{column}"), "grid_plan", [column], unique=False)
    op.create_table(
        "grid_plan_part",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("grid_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["grid_plan.id"], name=op.f("fk_grid_plan_part_plan_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_plan_part_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_plan_part")),
    )
    op.create_index(
        "uq_grid_plan_part_plan_id_part", "grid_plan_part", ["plan_id", "part"], unique=True
    )
    op.create_table(
        "grid_plan_unit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("entrance_id", BIG, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("from_grid_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["grid_plan.id"], name=op.f("fk_grid_plan_unit_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["entrance_id"], ["entrance.id"], name=op.f("fk_grid_plan_unit_entrance_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_grid_id"], ["grid.id"], name=op.f("fk_grid_plan_unit_from_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_plan_unit")),
    )
    op.create_index(
        op.f("ix_grid_plan_unit_entrance_id"), "grid_plan_unit", ["entrance_id"], unique=False
    )
    op.create_index(
        "uq_grid_plan_unit_plan_id_entrance_id",
        "grid_plan_unit",
        ["plan_id", "entrance_id"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("grid_plan_unit")
    op.drop_table("grid_plan_part")
    op.drop_table("grid_plan")
