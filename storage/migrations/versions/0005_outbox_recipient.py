"""An index by which a person's messages are found, when the person goes."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_outbox_recipient", "outbox", ["recipient"], unique=False)
