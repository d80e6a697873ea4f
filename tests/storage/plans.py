"""What the database does for a request: the statements that are sent, and whether their plans walk a whole table."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.base import Base, Database

SMALL = frozenset({"bodies", "units", "contents"})
"""An installation has a few hundred rows of these, and walking them is right."""
BIG_PAGES = 25
"""Postgres walks a table of fewer pages (8 KiB) rather than an index, and is right too."""
_WORK = re.compile(r"\s*(SELECT|WITH|UPDATE|DELETE)\b", re.IGNORECASE)


@dataclass
class Watch:
    """Statements with their parameters, in order."""

    statements: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)


@contextmanager
def watching() -> Iterator[Watch]:
    watch = Watch()

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool) -> None:
        if _WORK.match(statement):
            watch.statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield watch
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def walks(db: Database, watch: Watch) -> list[str]:
    """A line for each plan of a statement that walks a big table from one end to the other."""
    found: dict[str, str] = {}
    async with db.write() as session:
        connection = await session.connection()
        big = await _big(connection)
        for statement, parameters in watch.statements:
            for line in await _walked(connection, statement, parameters, big):
                found.setdefault(f"{line}: {' '.join(statement.split())[:400]}", "")
        await session.rollback()
    return sorted(found)


async def _big(connection: AsyncConnection) -> frozenset[str]:
    tables = frozenset(Base.metadata.tables) - SMALL
    if connection.dialect.name == "sqlite":
        return tables
    pages = await connection.exec_driver_sql("SELECT relname, relpages FROM pg_class WHERE relkind = 'r'")
    return tables & {name for name, count in pages if count >= BIG_PAGES}


async def _walked(connection: AsyncConnection, statement: str, parameters: Any, big: frozenset[str]) -> list[str]:
    if connection.dialect.name == "sqlite":
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row[3] for row in rows if _sqlite_walk(row[3], big)]
    plan = (await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)).scalar_one()
    return list(_postgres_walks((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"], big, limited=False))


def _sqlite_walk(detail: str, big: frozenset[str]) -> bool:
    """`SCAN t`, and through an index too: that is as long. (Aliases are the table's name with a number.)"""
    scan = re.match(r"SCAN (\w+)", detail)
    return scan is not None and re.sub(r"_\d+$", "", scan.group(1)) in big


def _postgres_walks(node: dict[str, Any], big: frozenset[str], *, limited: bool) -> Iterator[str]:
    """A sequential scan, or an index walked from end to end that no LIMIT stops."""
    name, relation = node["Node Type"], node.get("Relation Name")
    whole = name == "Seq Scan" or (name.startswith("Index") and "Index Cond" not in node and not limited)
    if whole and relation in big:
        yield f"{name} {relation}"
    limited = name == "Limit" or (limited and name not in ("Sort", "Aggregate", "Hash", "Unique"))
    for child in node.get("Plans", []):
        yield from _postgres_walks(child, big, limited=limited)
