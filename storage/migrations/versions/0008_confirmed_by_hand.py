"""Who said that a further address is the account's: the link in its mail, or a coordinator (E2-78)."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("extra_emails", sa.Column("confirmed_by", sa.String(), nullable=True))
    op.execute("UPDATE extra_emails SET confirmed_by = 'link' WHERE confirmed_ms IS NOT NULL")
