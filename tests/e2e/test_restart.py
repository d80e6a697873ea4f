"""Faults cost seconds, never data: lost sockets, page reloads, `kill -9` of the server."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from signaling.client import ClientError
from tests.e2e.conftest import Crowd
from tests.e2e.room import Participant, eventually
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e


async def test_a_lost_socket_returns_with_hand_role_holds_and_missed_events(
    server: Server, organiser: Organiser, crowd: Crowd
) -> None:
    """U-1, U-3: same identity; what was missed comes once."""
    conference = organiser.conference()
    moderator = await crowd.arrive("Mod", conference["moderator_url"])
    person = await crowd.arrive("Ben", conference["participant_url"])
    await person.client.call("hand", {"raised": True, "participant": None})
    await moderator.client.call("moderate", {"action": "mute", "target": person.id, "hold": True})
    seq = person.joined["seq"]
    seq = max([seq, *(p["seq"] for name, p, _ in person.client.pushes if name == "event")])
    identity = person.id
    await person.client.close()
    await moderator.client.call("chat_send", {"text": "while you were away", "to": None})
    again = await person.return_(since=seq)
    assert again["you"] == identity
    me = next(p for p in again["room"]["participants"] if p["id"] == identity)
    assert me["mic"] == {"on": False, "held": True, "by": "moderator"}
    assert again["room"]["hands"] == [identity]
    texts = [e["message"]["text"] for e in again["missed"] if e["type"] == "chat_message"]
    assert texts == ["while you were away"]


@pytest.mark.timeout(300)
async def test_after_kill_dash_nine_everybody_returns_by_himself(
    server: Server, organiser: Organiser, crowd: Crowd
) -> None:
    """Roles, holds, bans, hands and chat survive the death of the server; media flows again."""
    conference = organiser.conference()
    moderator = await crowd.arrive("Mod", conference["moderator_url"])
    ben = await crowd.arrive("Ben", conference["participant_url"])
    cleo = await crowd.arrive("Cleo", conference["participant_url"])
    pest = await crowd.arrive("Pest", conference["participant_url"], connect_media=False)
    await ben.client.call("hand", {"raised": True, "participant": None})
    await moderator.client.call("chat_send", {"text": "kept", "to": None})
    await moderator.client.call("chat_send", {"text": "between us", "to": ben.id})
    await moderator.client.call("moderate", {"action": "mute", "target": cleo.id, "hold": True})
    await moderator.client.call("moderate", {"action": "make_moderator", "target": ben.id, "hold": False})
    await moderator.client.call("moderate", {"action": "ban", "target": pest.id, "hold": False})
    server.kill()
    server.start()
    for person in (moderator, ben, cleo):
        await person.return_()
        await person.reconnect_media(connection=2)
    room = ben.joined["room"]
    people = {p["name"]: p for p in room["participants"]}
    assert set(people) == {"Mod", "Ben", "Cleo"}
    assert people["Ben"]["moderator"]
    assert people["Cleo"]["mic"]["held"]
    assert room["hands"] == [ben.id]
    assert [m["text"] for m in room["chat"]] == ["kept", "between us"]
    assert [m["text"] for m in cleo.joined["room"]["chat"]] == ["kept"]
    with pytest.raises(ClientError) as refused:
        await pest.return_(within_s=0.5)
    assert refused.value.code == "banned"
    moderator.peer.speak()
    assert await cleo.received(1.0) > 20
    cleo.peer.speak()
    ben_before = await ben.received(0.5)
    assert ben_before > 10  # the moderator's voice, and only that: Cleo is held


@pytest.mark.timeout(120)
async def test_a_page_waits_for_the_killed_server_and_comes_back_by_itself(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """U-3: told at once; the same seat, role and hand, with sound and picture, and nobody presses anything."""
    conference = organiser.conference()
    mona = await Participant.arrive(browser, conference["moderator_url"], "Mona", colour="#c02020")
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben", camera=False)
    await ben.press("hand")
    await expect(ben.page.get_by_test_id("hand")).to_have_attribute("aria-pressed", "true")
    await mona.call("moderate", {"action": "make_moderator", "target": (await ben.me())["id"], "hold": False})
    await eventually(lambda: ben.sees("1/camera"), what="Ben sees Mona")
    await eventually(lambda: _moderates(ben), what="Ben is moderator")
    before = await ben.me()
    server.kill()
    lost = ben.page.get_by_test_id("reconnecting")
    await expect(lost).to_be_visible()
    await expect(lost).to_contain_text("Connection lost")
    server.start()
    await expect(lost).to_be_hidden(timeout=20_000)
    after = await ben.me()
    kept = ("id", "number", "name", "role", "moderator", "mode")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    room = await ben.state()
    assert room["you"] == before["id"]
    assert room["hands"] == [before["id"]]
    await expect(ben.page.get_by_test_id("hand")).to_have_attribute("aria-pressed", "true")
    await eventually(lambda: _inside(ben, "Mona"), within_s=20, what="Mona is back too")
    await eventually(lambda: ben.sees("1/camera"), within_s=20, what="Ben sees Mona again")
    assert await ben.page.evaluate("() => [__plenum.connection(), __plenum.offers()]") == [2, 2]
    frames = await ben.frames_decoded()

    async def moves() -> bool:
        return await ben.frames_decoded() > frames + 10

    await eventually(moves, what="her picture moves")


async def _moderates(person: Participant) -> bool:
    return bool((await person.me())["moderator"])


async def _inside(person: Participant, name: str) -> bool:
    found = await person.person(name)
    return found is not None and bool(found["connected"])
