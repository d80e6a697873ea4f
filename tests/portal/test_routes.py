"""Who may use which route: every route of the table x every kind of caller. A route without a row here fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from portal.authorisation import RIGHTS, Action
from portal.pages import PAGES
from portal.route import Route
from portal.routes import ROUTES
from tests.portal.conftest import Browser, Site

# What the answer is for: nobody signed in, the owner, another organiser. "in": past the guard, into the handler.
EXPECTED = {
    Action.LOOK: ("in", "in", "in"),
    Action.SIGN_IN: ("in", "in", "in"),
    Action.SIGN_OUT: ("not_signed_in", "in", "in"),
    Action.ACCOUNT_FINISH: ("not_signed_in", "in", "in"),
    Action.ACCOUNT: ("not_signed_in", "in", "in"),
    Action.ROLE_ASK: ("not_signed_in", "in", "in"),
    Action.STEP_DOWN: ("not_signed_in", "in", "in"),
    Action.JOIN: ("in", "in", "in"),
    Action.PLAY: ("wrong_signature", "wrong_signature", "wrong_signature"),
    Action.CONFERENCE_LIST: ("not_signed_in", "in", "in"),
    Action.CONFERENCE_CREATE: ("not_signed_in", "in", "in"),
    Action.CONFERENCE_SHOW: ("not_signed_in", "in", "not_found"),
    Action.CONFERENCE_EDIT: ("not_signed_in", "in", "not_found"),
    Action.CONFERENCE_DELETE: ("not_signed_in", "in", "not_found"),
    Action.CONFERENCE_ENTER: ("not_signed_in", "in", "not_found"),
    Action.CONFERENCE_CONNECT: ("not_signed_in", "not_found", "not_found"),
    Action.CONFERENCE_ANSWER: ("not_signed_in", "not_found", "not_found"),
    Action.CONTACTS: ("not_signed_in", "in", "in"),
    Action.RECORDING_LIST: ("not_signed_in", "in", "in"),
    Action.RECORDING_MANAGE: ("not_signed_in", "in", "not_found"),
}
GUARDS = {"not_signed_in", "not_found", "wrong_signature", "forbidden", "account_incomplete"}
NOBODYS = "B" * 22


def cells() -> Iterator[tuple[Route, int]]:
    for route in ROUTES:
        for column in range(3):
            yield route, column


async def filled(route: Route, conference: str, recording: str) -> str:
    return (
        route.path.replace("{conference}", conference)
        .replace("{recording}", recording)
        .replace("{invitee}", NOBODYS)
        .replace("{message}", "1")
        .replace("{part}", "part")
        .replace("{email}", NOBODYS)
        .replace("{session}", NOBODYS)
        .replace("{own_request}", NOBODYS)
    )


async def recording_of(site: Site, owner: Browser, conference: dict[str, Any]) -> str:
    session = await site.storage.sessions.open(conference["id"], site.clock.ms())
    assert owner.user is not None
    made = await site.storage.recordings.open(
        conference=conference["id"],
        session_id=session,
        owner=owner.user,
        title="T",
        started_ms=site.clock.ms(),
        retention_ms=1000,
    )
    return made.id


def test_every_action_of_a_route_has_a_row() -> None:
    assert {route.action for route in ROUTES} <= RIGHTS.keys()


async def test_application_has_no_route_beside_the_table(site: Site) -> None:
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


@pytest.mark.parametrize(
    ("route", "column"),
    list(cells()),
    ids=lambda value: f"{value.method} {value.path}" if isinstance(value, Route) else str(value),
)
async def test_rights_of_every_route(site: Site, route: Route, column: int) -> None:
    owner, other, nobody = await site.organiser("Olga"), await site.organiser("Otto"), await site.browser()
    conference = await owner.conference()
    path = await filled(route, conference["id"], await recording_of(site, owner, conference))
    caller = (nobody, owner, other)[column]
    response = await caller.send(route.method, path)
    body = await response.json() if response.content_type == "application/json" else {}
    code = body.get("error", {}).get("code") if isinstance(body, dict) else None
    expected = EXPECTED[route.action][column]
    if expected != "in":
        assert code == expected
    elif any(part in route.path for part in ("{invitee}", "{message}", "{email}", "{session}", "{own_request}")):
        assert code == "not_found"  # the owner's own, but no such one in it
    else:
        assert code not in GUARDS


@pytest.mark.parametrize(
    "route",
    [r for r in ROUTES if r.of is not None],
    ids=lambda r: f"{r.method} {r.path}",
)
async def test_foreign_and_missing_objects_answer_alike(site: Site, route: Route) -> None:
    """T11: nobody learns what exists."""
    owner, other = await site.organiser("Olga"), await site.organiser("Otto")
    conference = await owner.conference()
    recording = await recording_of(site, owner, conference)
    foreign = await other.send(route.method, await filled(route, conference["id"], recording))
    missing = await other.send(route.method, await filled(route, NOBODYS, NOBODYS))
    assert (foreign.status, await foreign.read()) == (missing.status, await missing.read())
    assert foreign.status == 404
