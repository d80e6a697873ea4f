"""Searching the audit log: by who did it, by the act and by the day; people by the beginning of name or surname."""

import sqlalchemy as sa
from alembic import op

from storage.text import search_key

revision = "0009"
down_revision = "0008"
_ROWS = 1000


def upgrade() -> None:
    op.create_index("ix_audit_actor", "audit", ["actor", "at_ms", "seq"], unique=False)
    op.create_index("ix_audit_action", "audit", ["action", "at_ms", "seq"], unique=False)
    op.create_index("ix_audit_at", "audit", ["at_ms", "seq"], unique=False)
    op.add_column("users", sa.Column("surname_key", sa.String(), nullable=False, server_default=""))
    _fill(op.get_bind())
    for name, column in (("ix_users_begins", "search_key"), ("ix_users_surname", "surname_key")):
        op.create_index(name, "users", [column], unique=False, postgresql_ops={column: "text_pattern_ops"})


def _fill(connection: sa.Connection) -> None:
    users = sa.table("users", sa.column("id"), sa.column("surname"), sa.column("surname_key"))
    rows = connection.execute(sa.select(users.c.id, users.c.surname).where(users.c.surname != "")).all()
    change = sa.update(users).where(users.c.id == sa.bindparam("of")).values(surname_key=sa.bindparam("key"))
    for at in range(0, len(rows), _ROWS):
        connection.execute(change, [{"of": id, "key": search_key(surname)} for id, surname in rows[at : at + _ROWS]])
