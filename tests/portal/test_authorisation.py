"""One table, default deny: every route x every standing x everything that its object can be to the caller, over HTTP
against the real guard. Handlers are put aside, so that nothing changes while all cells are tried; a route whose action
has no row below fails (E0-40).
"""

import dataclasses
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import portal.routes
from portal.app import Portal, PortalSettings
from portal.authorisation import RIGHTS, Action, Relation, Standing, judge
from portal.cookies import SESSION
from portal.objects import Kind
from portal.pages import PAGES
from portal.route import Route
from portal.routes import ROUTES
from storage.ids import BodyId, new_id
from storage.own_roles import Wish
from storage.records import ConferencePlan, ConferenceSettings, InviteeDraft
from storage.service import Storage
from storage.tables import User
from storage.tables_accounts import Collaboration
from tests.portal.conftest import Minted, Rooms
from tests.storage.contract import Clock
from tests.support.databases import KINDS, Databases

EVERYBODY = "anonymous pending user unit_coordinator body_coordinator administrator"
SIGNED_IN = "pending user unit_coordinator body_coordinator administrator"
READY = "user unit_coordinator body_coordinator administrator"
COORDINATORS = "unit_coordinator body_coordinator administrator"
BODY_COORDINATORS = "body_coordinator administrator"
ADMINISTRATORS = "administrator"
NONE = ""

MANAGED = {"own": COORDINATORS, "collaborator": COORDINATORS, "body": "body_coordinator"}
OF_BODY = {"body": BODY_COORDINATORS, "other": ADMINISTRATORS}
# Who is let in: by what the object is to them ("-": the route has none). What is not here is refused.
EXPECTED: dict[Action, dict[str, str]] = {
    Action.LOOK: {"-": EVERYBODY},
    Action.SIGN_IN: {"-": EVERYBODY},
    Action.SIGN_OUT: {"-": SIGNED_IN},
    Action.ACCOUNT_FINISH: {"-": SIGNED_IN},
    Action.ACCOUNT: {"-": READY},
    Action.ROLE_ASK: {"-": SIGNED_IN},
    Action.STEP_DOWN: {"-": COORDINATORS},
    Action.JOIN: {"-": EVERYBODY},
    Action.PLAY: {"-": EVERYBODY},
    Action.CONFERENCE_LIST: {"-": READY},
    Action.CONFERENCE_CREATE: {"-": COORDINATORS},  # E1-4, E1-5
    Action.CONFERENCE_SHOW: MANAGED,  # E1-23, E1-26, E2-15, E2-20, E2-52
    Action.CONFERENCE_EDIT: MANAGED,
    Action.CONFERENCE_DELETE: MANAGED,
    Action.CONFERENCE_ENTER: MANAGED,
    Action.CONFERENCE_GROUP: MANAGED,
    Action.CONFERENCE_CONNECT: {"invited": READY},  # E0-33, E1-3
    Action.CONFERENCE_ANSWER: {"invited": READY},
    Action.CONTACTS: {"-": COORDINATORS},
    Action.RECORDING_LIST: {"-": READY},
    Action.RECORDING_MANAGE: {"own": READY},
    Action.BODIES: {"-": ADMINISTRATORS},
    Action.BODY_SHOW: {"body": COORDINATORS, "other": ADMINISTRATORS},
    Action.BODY_EDIT: OF_BODY,  # E1-21, E2-14
    Action.PEOPLE: {"-": BODY_COORDINATORS},  # E1-19, E1-22, E2-67, E2-122
    Action.PERSON: {"own": BODY_COORDINATORS, **OF_BODY},
    Action.PERSON_VOUCH: OF_BODY,  # E2-78; nobody vouches for oneself
    Action.ROLE_DECIDE: OF_BODY,  # E2-121; one's own is nobody's to decide
    Action.COLLABORATE: {"-": COORDINATORS},  # E2-31, E2-51
    Action.GROUPS: {"-": COORDINATORS},  # E2-85
    Action.GROUP: {"own": COORDINATORS},  # E2-88
    Action.AUDIT: {"-": ADMINISTRATORS},
    Action.CONTENT_EDIT: {"-": ADMINISTRATORS},
}
# What an object can be to the caller. "missing" is no object at all: the same answer as "foreign".
SITUATIONS: dict[Kind | None, tuple[str, ...]] = {
    None: ("-",),
    Kind.CONFERENCE: ("own", "collaborator", "not_accepted", "body", "invited", "foreign", "missing"),
    Kind.RECORDING: ("own", "foreign", "missing"),
    Kind.BODY: ("body", "other", "missing"),
    Kind.UNIT: ("body", "other", "missing"),
    Kind.USER: ("own", "body", "other", "missing"),
    Kind.REQUEST: ("own", "body", "other", "missing"),
    Kind.GROUP: ("own", "foreign", "missing"),
}
Cell = tuple[Route, Standing, str]


def cells() -> Iterator[Cell]:
    for route in ROUTES:
        for who in Standing:
            for situation in SITUATIONS[route.of]:
                yield route, who, situation


CELLS = list(cells())


def expected(route: Route, who: Standing, situation: str) -> str:
    if who.value in EXPECTED[route.action].get(situation, NONE).split():
        return "in"
    if who is Standing.ANONYMOUS:
        return "not_signed_in"
    if who is Standing.PENDING:
        return "account_incomplete"
    return "forbidden" if situation == "-" else "not_found"


@dataclass
class World:
    """A portal whose handlers say "in", one caller of each standing, and their objects by kind and situation."""

    storage: Storage
    client: TestClient[Any, Any]
    clock: Clock
    cookies: dict[Standing, str] = field(default_factory=dict)
    objects: dict[tuple[Standing, Kind, str], str] = field(default_factory=dict)


@pytest.fixture(scope="module", params=KINDS)
def config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    yield databases.new(tmp_path_factory.mktemp("world"))
    databases.give_back()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(config: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    clock = Clock()
    storage = await Storage.open(config, clock=clock)
    folder = tmp_path_factory.mktemp("dist")
    (folder / "index.html").write_text("")

    async def let_in(_: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal.routes, "ROUTES", tuple(dataclasses.replace(each, handler=let_in) for each in ROUTES))
        settings = PortalSettings(version="0.1")
        Portal(
            storage=storage, mint=Minted(clock), rooms=Rooms(), settings=settings, static_dir=folder, clock=clock
        ).attach(app)
    client: TestClient[Any, Any] = TestClient(TestServer(app), cookie_jar=None)
    await client.start_server()
    made = World(storage, client, clock)
    await _furnish(made)
    yield made
    await client.close()
    await storage.close()


async def _furnish(world: World) -> None:
    storage, now = world.storage, world.clock.ms()
    first = await storage.users.add("First", role="administrator", email="first@example.org")
    home = await storage.bodies.create("Home", time_zone="UTC", language="en", by=first.id, now_ms=now)
    away = await storage.bodies.create("Away", time_zone="UTC", language="en", by=first.id, now_ms=now)
    for who in Standing:
        role = who.value if who in (*Standing,)[2:] else "user"
        caller = await _person(world, f"{who.value}", role, home.id)
        other = await _person(world, f"{who.value}-colleague", "unit_coordinator", home.id)
        stranger = await _person(world, f"{who.value}-stranger", "unit_coordinator", away.id)
        world.cookies[who] = await storage.web_sessions.create(caller, now_ms=now, agent="test")
        await _conferences(world, who, caller, other, stranger, home.id, away.id)
        unit = await storage.bodies.add_unit(home.id, f"Unit {who}", by=first.id, now_ms=now)
        far = await storage.bodies.add_unit(away.id, f"Unit {who}", by=first.id, now_ms=now)
        found = {
            (Kind.BODY, "body"): home.id,
            (Kind.BODY, "other"): away.id,
            (Kind.UNIT, "body"): unit.id,
            (Kind.UNIT, "other"): far.id,
            (Kind.USER, "own"): caller,
            (Kind.USER, "body"): other,
            (Kind.USER, "other"): stranger,
            (Kind.REQUEST, "own"): await _request(world, caller, role),
            (Kind.REQUEST, "body"): await _request(world, await _person(world, f"{who}-a", "user", home.id), "user"),
            (Kind.REQUEST, "other"): await _request(world, await _person(world, f"{who}-b", "user", away.id), "user"),
            (Kind.GROUP, "own"): (await storage.groups.create(caller, "Own", "", now_ms=now)).id,
            (Kind.GROUP, "foreign"): (await storage.groups.create(other, "Other", "", now_ms=now)).id,
        }
        world.objects |= {(who, kind, situation): id for (kind, situation), id in found.items()}
        if who is Standing.PENDING:
            await _change(world, caller, state="unconfirmed")


async def _person(world: World, name: str, role: str, body: str) -> str:
    user = await world.storage.users.add(name, role=role, email=f"{name}@example.org", body=body)
    return user.id


async def _change(world: World, user: str, **values: str) -> None:
    async with world.storage.db.write() as session:
        row = await session.get(User, user)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


async def _request(world: World, user: str, role: str) -> str:
    """Filed as a simple user, whatever the person is."""
    await _change(world, user, role="user")
    wish = Wish("body_coordinator", "", None, "+30 210 0000000", "Council")
    made = await world.storage.own_roles.ask(user, wish, now_ms=1)
    await _change(world, user, role=role)
    return made.id


async def _conferences(
    world: World, who: Standing, caller: str, other: str, stranger: str, home: str, away: str
) -> None:
    storage, now = world.storage, world.clock.ms()

    async def held(owner: str, body: str) -> str:
        plan = ConferencePlan("instant", now, now + 3_600_000, body=BodyId(body))
        made = await storage.conferences.create(owner, ConferenceSettings("Council"), now_ms=now, plan=plan)
        return made.id

    async def friend(accepted_ms: int | None) -> str:
        """Somebody of another body who made the caller a collaborator."""
        owner = await _person(world, f"{who.value}-{new_id()}", "unit_coordinator", away)
        async with storage.db.write() as session:
            row = Collaboration(owner_id=owner, collaborator_id=caller, created_ms=now, accepted_ms=accepted_ms)
            session.add(row)
        return await held(owner, away)

    invited = await held(stranger, away)
    await storage.invitees.add_all(invited, [InviteeDraft("Me", f"{who.value}@example.org")], now_ms=now)
    foreign = await held(stranger, away)
    found = {
        "own": await held(caller, home),
        "collaborator": await friend(now),
        "not_accepted": await friend(None),
        "body": await held(other, home),
        "invited": invited,
        "foreign": foreign,
    }
    world.objects |= {(who, Kind.CONFERENCE, situation): id for situation, id in found.items()}
    for situation, owner in (("own", caller), ("foreign", stranger)):
        session = await storage.sessions.open(found[situation], now)
        recording = await storage.recordings.open(
            conference=found[situation],
            session_id=session,
            owner=owner,  # type: ignore[arg-type]
            title="T",
            started_ms=now,
            retention_ms=1000,
        )
        world.objects[who, Kind.RECORDING, situation] = recording.id


def _path(world: World, route: Route, who: Standing, situation: str) -> str:
    path = route.path
    if route.of is not None:
        id = world.objects.get((who, route.of, situation), "A" * 22)
        path = path.replace(f"{{{route.of.value}}}", id)
    while "{" in path:
        start, rest = path.split("{", 1)
        path = f"{start}1{rest.split('}', 1)[1]}"
    return path


@pytest.mark.parametrize(
    ("route", "who", "situation"),
    CELLS,
    ids=[f"{route.method} {route.path} {who} {situation}" for route, who, situation in CELLS],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_rights(world: World, route: Route, who: Standing, situation: str) -> None:
    """E1-2 to E1-5, E1-17 to E1-27, E2-9 to E2-20, E2-52, E2-88, E2-121."""
    status, said = await _ask(world, route, who, situation)
    answer = "in" if status == 204 else json.loads(said)["error"]["code"]
    assert answer == expected(route, who, situation)


async def _ask(world: World, route: Route, who: Standing, situation: str) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"}
    if who in world.cookies and who is not Standing.ANONYMOUS:
        headers["Cookie"] = f"{SESSION}={world.cookies[who]}"
    path = _path(world, route, who, situation)
    data = None if route.method == "GET" else "{}"
    async with world.client.request(route.method, path, data=data, headers=headers) as response:
        return response.status, await response.read()


OF_OBJECTS = [route for route in ROUTES if route.of is not None]


@pytest.mark.parametrize("route", OF_OBJECTS, ids=[f"{route.method} {route.path}" for route in OF_OBJECTS])
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_somebody_elses_answers_as_what_is_not_there(world: World, route: Route) -> None:
    """Byte for byte (E0-40)."""
    for who in Standing:
        absent = await _ask(world, route, who, "missing")
        for situation in SITUATIONS[route.of]:
            if expected(route, who, situation) != "in":
                assert await _ask(world, route, who, situation) == absent, (who, situation)


def test_there_are_many_cells_and_each_action_has_a_row() -> None:
    assert len(CELLS) >= 1500
    assert {route.action for route in ROUTES} <= EXPECTED.keys()
    assert EXPECTED.keys() == RIGHTS.keys() == set(Action)


def test_what_is_not_listed_is_denied() -> None:
    """Of all cells, also those that no route has."""
    for action in Action:
        for who in Standing:
            for relation in (*Relation,):
                situation = "-" if relation is Relation.NONE else relation.value
                allowed = who.value in EXPECTED[action].get(situation, NONE).split()
                assert (judge(action, who, relation).value == "allowed") == allowed, (action, who, relation)


async def test_application_has_no_route_beside_the_table(site: Any) -> None:
    allowed = {(route.method, route.path) for route in ROUTES}
    allowed |= {("HEAD", route.path) for route in ROUTES if route.method == "GET"}
    pages = {*PAGES, "/assets/{name}", "/{name}"}
    for route in site.app.router.routes():
        assert isinstance(route, web.AbstractRoute) and route.resource is not None
        path = route.resource.canonical
        if path in pages:
            assert route.method in ("GET", "HEAD")
        else:
            assert (route.method, path) in allowed
