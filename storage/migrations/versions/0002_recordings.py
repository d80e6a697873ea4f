"""Recordings: parts, fragments, speech, chat, receipts."""

from alembic import op
from sqlalchemy import Table

from storage import tables_recordings
from storage.base import Base

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    tables = [
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__ == tables_recordings.__name__ and isinstance(mapper.local_table, Table)
    ]
    Base.metadata.create_all(op.get_bind(), tables=tables)
