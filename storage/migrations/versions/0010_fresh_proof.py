"""When somebody last proved who they are in a session: what touches the way in asks whether that was just now."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("web_sessions", sa.Column("proved_ms", sa.BigInteger(), nullable=True))
