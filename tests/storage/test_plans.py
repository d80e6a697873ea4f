"""Every page that the API reads, on a seeded installation: few queries whatever there is, no table walked through.

Routes are taken from the route table, so a new list is looked at without a line here; what it needs in its path or its
query is below.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from portal.app import Portal, PortalSettings
from portal.cookies import SESSION
from portal.routes import ROUTES
from storage.audit import Act
from storage.seed import Plan, seed
from storage.service import Storage, StorageConfig
from storage.tables import Conference, Invitee, OutboxRow, Participation, User
from storage.tables_accounts import Group, RoleRequest
from storage.tables_recordings import Recording
from tests.portal.conftest import Minted, Rooms
from tests.storage.contract import Clock
from tests.storage.plans import Watch, walks, watching
from tests.support.databases import KINDS, Databases

PLAN = Plan(users=1200, conferences=3000, participations=9000, per_body=40)
NEEDED = {
    "/api/account": 4,
    "/api/account/activation": 2,
    "/api/account/emails": 2,
    "/api/account/role-requests": 5,
    "/api/account/sessions": 2,
    "/api/account/two-factor": 3,
    "/api/audit": 6,
    "/api/audit/export": 5,
    "/api/bodies": 3,
    "/api/bodies/{body}": 4,
    "/api/bodies/{body}/units": 4,
    "/api/collaborators": 3,
    "/api/collaborators/available": 3,
    "/api/conferences": 6,
    "/api/conferences/{conference}": 6,
    "/api/conferences/{conference}/invitees": 4,
    "/api/conferences/{conference}/messages": 5,
    "/api/conferences/{conference}/recordings": 7,
    "/api/contacts": 3,
    "/api/contents/{name}": 1,
    "/api/coordinators": 4,
    "/api/groups": 4,
    "/api/groups/lookup": 2,
    "/api/groups/{group}": 6,
    "/api/me": 2,
    "/api/recordings": 5,
    "/api/role-requests": 4,
    "/api/users": 4,
    "/api/users/{user}": 5,
}
"""Queries of each page, of whoever needs the most. Another number is to be meant: one more is paid at every look."""
ROLES = ("user", "unit_coordinator", "body_coordinator", "administrator")
NOT_PAGES = ("/api/oidc", "/api/play", "/api/openapi")
"""A provider's redirects; media by a signed link; a document."""
_DAYS = "first=2020-01-01&last=2100-01-01&zone=Europe/Athens"
AUDIT = (
    *("object_kind=body&object=one", f"object_kind=body&object=one&action=tested&{_DAYS}", "actor=user:gone"),
    *("actor=user:gone&action=tested", "action=tested", f"action=tested&{_DAYS}", "action=nothing"),
    *("q=ele", "q=pap", f"q=pap&action=invited&{_DAYS}", "q=nobody@example.org"),
)
QUERIES: dict[str, tuple[str, ...]] = {
    "/api/conferences": tuple(
        f"list={which}{more}"
        for which in ("current", "future", "postponed", "history")
        for more in ("", "&q=council", "&page=3", "&date=2023-11-15&zone=Europe/Athens")
    ),
    "/api/contacts": ("", "q=pap"),
    "/api/coordinators": ("", "q=pap"),
    "/api/users": ("", "q=pap", "page=3"),
    "/api/role-requests": ("", "all=true", "all=true&page=2"),
    "/api/groups/lookup": ("email=nobody@example.org",),
    "/api/audit": ("", *AUDIT, "action=invited", f"action=invited&{_DAYS}", _DAYS),
    "/api/audit/export": AUDIT,  # of everything, an export reads everything
}


@dataclass(frozen=True)
class Seeded:
    """`people`: one of each role, the one with the most of everything: the cookie, and ids for paths."""

    config: StorageConfig
    now_ms: int
    people: dict[str, tuple[str, dict[str, str]]]


@dataclass
class Viewer:
    """Somebody signed in, and what of theirs may stand in a path."""

    role: str
    client: TestClient[Any, Any]
    ids: dict[str, str]


@pytest.fixture(scope="module", params=KINDS)
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    config, clock = databases.new(tmp_path_factory.mktemp("seeded")), Clock()

    async def fill() -> dict[str, tuple[str, dict[str, str]]]:
        storage = await Storage.open(config, clock=clock)
        await storage.users.ensure_first_organiser()
        await seed(storage, PLAN, now_ms=clock.ms(), say=lambda *_: None)
        await storage.audit.record(*(Act("user:gone", "tested", "body", "one") for _ in range(20)), at_ms=clock.ms())
        people = {role: await _somebody(storage, role, clock.ms()) for role in ROLES}
        await storage.close()
        return people

    yield Seeded(config, clock.ms(), asyncio.run(fill()))
    databases.give_back()


@pytest.fixture
async def storage(seeded: Seeded) -> AsyncIterator[Storage]:
    opened = await Storage.open(seeded.config, clock=Clock())
    yield opened
    await opened.close()


@pytest.fixture
async def viewers(storage: Storage, seeded: Seeded, tmp_path: Path) -> AsyncIterator[list[Viewer]]:
    (tmp_path / "index.html").write_text("")
    clock = Clock()
    app = web.Application()
    settings = PortalSettings(version="0.1")
    Portal(
        storage=storage, mint=Minted(clock), rooms=Rooms(), settings=settings, static_dir=tmp_path, clock=clock
    ).attach(app)
    server = TestServer(app)
    await server.start_server()
    found = [
        Viewer(role, TestClient(server, cookies={SESSION: cookie}), ids)
        for role, (cookie, ids) in seeded.people.items()
    ]
    yield found
    for viewer in found:
        await viewer.client.close()
    await server.close()


async def _somebody(storage: Storage, role: str, now_ms: int) -> tuple[str, dict[str, str]]:
    owns = select(Conference.owner_id, func.count().label("count")).group_by(Conference.owner_id).subquery()
    most = select(User.id).outerjoin(owns, owns.c.owner_id == User.id).where(User.role == role, User.state == "active")
    async with storage.db.read() as session:
        user = (await session.scalars(most.order_by(func.coalesce(owns.c.count, 0).desc()).limit(1))).one()
    return await storage.web_sessions.create(user, now_ms=now_ms), await _ids(storage, user)


async def _ids(storage: Storage, user: str) -> dict[str, str]:
    """By the names that routes give to the parts of their paths."""
    told = select(func.count()).where(OutboxRow.conference_id == Conference.id).scalar_subquery()
    invited = select(func.count()).where(Invitee.conference_id == Conference.id).scalar_subquery()
    own = select(Conference.id).where(Conference.owner_id == user, Conference.deleted_ms.is_(None))
    async with storage.db.read() as session:
        row = await session.get_one(User, user)
        queries = {
            "conference": own.order_by(told.desc(), invited.desc()).limit(1),
            "group": select(Group.id).where(Group.owner_id == user).limit(1),
            "recording": select(Recording.id).where(Recording.owner_id == user).limit(1),
            "user": select(User.id).where(User.body_id == row.body_id).limit(1),
            "request": select(RoleRequest.id).where(RoleRequest.body_id == row.body_id).limit(1),
        }
        found = {name: (await session.scalars(query)).first() for name, query in queries.items()}
    ids = {"body": row.body_id, "unit": row.unit_id, "name": "terms", **found}
    return {name: id for name, id in ids.items() if id is not None}


def _pages() -> list[str]:
    return [route.path for route in ROUTES if route.method == "GET" and not route.path.startswith(NOT_PAGES)]


def _filled(path: str, ids: dict[str, str]) -> str | None:
    """None: this viewer has nothing of that kind."""
    for name, id in ids.items():
        path = path.replace(f"{{{name}}}", id)
    return None if "{" in path else path


@pytest.mark.parametrize("path", _pages())
async def test_a_page_costs_a_few_queries_and_walks_through_no_table(
    storage: Storage, viewers: list[Viewer], path: str
) -> None:
    """E2-72, E2-105 to E2-108: whoever asks, whichever page, however many rows."""
    seen, slow, most = 0, set(), Watch()
    for viewer in viewers:
        filled = _filled(path, viewer.ids)
        for query in QUERIES.get(path, ("",)) if filled is not None else ():
            with watching() as watch:
                answer = await viewer.client.get(f"{filled}?{query}")
                await answer.read()  # some are read from the database while they are sent
            if answer.status != 200:
                assert answer.status in (400, 403, 404), (viewer.role, query, await answer.text())
                continue
            seen += 1
            most = max(most, watch, key=lambda each: each.count)
            slow |= {f"{viewer.role} {query}: {line}" for line in await walks(storage.db, watch)}
    assert seen, "nobody may see this page, or nobody has one: give _ids what its path needs"
    assert most.count == NEEDED[path], most.statements
    assert not slow, "\n".join(sorted(slow))


def test_every_page_has_its_number() -> None:
    assert sorted(NEEDED) == sorted(set(_pages()))


@pytest.mark.parametrize(
    "path", [route.path for route in ROUTES if route.query is not None and "size" in route.query.model_fields]
)
async def test_a_longer_page_costs_no_more_queries(viewers: list[Viewer], path: str) -> None:
    compared = 0
    for viewer in viewers:
        filled = _filled(path, viewer.ids)
        for query in QUERIES.get(path, ("",)) if filled is not None else ():
            counts = []
            for size in (3, 100):
                with watching() as watch:
                    answer = await viewer.client.get(f"{filled}?{query}&size={size}")
                body = await answer.json()
                counts.append((watch.count, len(body.get("items", []))))
            (few, short), (many, long) = counts
            if short == 3 and long > 3:
                compared += 1
                assert few == many, (viewer.role, query)
    assert compared, "no list was long enough to tell"


async def test_what_works_in_the_background_walks_through_no_table(storage: Storage, seeded: Seeded) -> None:
    """Outbox, retention, doors and sign-ins: as often as anything happens."""
    now = seeded.now_ms
    async with storage.db.read() as session:
        user = (await session.scalars(select(User).where(User.role == "user").limit(1))).one()
        number = (await session.scalars(select(Conference.number).where(Conference.number.is_not(None)).limit(1))).one()
        counted = [
            (await session.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (User, Conference, Participation)
        ]
        assert (await session.execute(select(OutboxRow.id).where(OutboxRow.done_ms.is_(None)).limit(1))).first()
    assert counted[1:] == [PLAN.conferences, PLAN.participations] and counted[0] == PLAN.users + 1
    assert user.email is not None and number is not None
    with watching() as watch:
        await storage.outbox.next_due(now)
        await storage.outbox.due(now)
        [item, *_] = await storage.outbox.claim(now)
        await storage.outbox.put_off(item, now)
        await storage.outbox.overdue(now)
        await storage.recordings.expired(now)
        await storage.recordings.in_state("capturing", "deleting")
        await storage.sessions.open_sessions()
        await storage.invitees.claim(user.id, user.email)
        await storage.conferences.by_number_and_pin(number, "0")
        await storage.conferences.by_link("nothing")
        token = await storage.web_sessions.create(user.id, now_ms=now)
        await storage.web_sessions.user(token, now_ms=now)
        await storage.users.only_body()
        await storage.deletion.delete(user.id, now_ms=now)
    assert watch.count > 14
    slow = await walks(storage.db, watch)
    assert not slow, "\n".join(slow)
