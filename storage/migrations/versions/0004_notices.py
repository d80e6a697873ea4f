"""What a conference's people have been told, and by SMS too; an outbox whose finished rows say how they ended."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("conferences", sa.Column("sms_invite", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("conferences", sa.Column("sms_reminder", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("conferences", sa.Column("announced", sa.String(), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("recipient_name", sa.String(), server_default="", nullable=False))
    op.execute("UPDATE outbox SET state = 'sent' WHERE done_ms IS NOT NULL")
