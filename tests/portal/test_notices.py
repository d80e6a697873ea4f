"""The organiser's list of messages, and the states of an invitation (H-19 to H-21, S-9, E0-30, E2-118)."""

from pathlib import Path
from typing import Any

import pytest

from portal.invitation_states import InvitationState, invitation_state
from portal.mail.folder import MailFolder
from portal.mail.house import House
from portal.mail.links import Links
from portal.mail.sender import Sender, Ways
from storage import notices
from storage.tables import Conference, Invitee
from tests.portal.conftest import Browser, Site, code

HOUR = 3_600_000


async def invited(site: Site, conference: dict[str, Any], *names: str, telephone: str | None = None) -> None:
    now = site.clock.ms()
    async with site.storage.db.write() as session:
        row = await session.get(Conference, conference["id"])
        assert row is not None
        row.starts_ms, row.expires_ms, row.sms_invite = now + 48 * HOUR, now + 49 * HOUR, telephone is not None
        for name in names:
            session.add(
                Invitee(
                    id=f"i-{name}",
                    conference_id=conference["id"],
                    name=name,
                    moderator=False,
                    created_ms=now,
                    kind="guest",
                    email=f"{name}@example.org",
                    telephone=telephone,
                    sealed=site.storage.secrets.seal(f"{conference['id']}/i-{name}", f"link-{name}"),
                    lookup=name.encode(),
                    devices="[]",
                )
            )
        await session.flush()
        await notices.invite(session, conference["id"], [f"i-{name}" for name in names], now)


async def listed(browser: Browser, conference: dict[str, Any], query: str = "") -> dict[str, Any]:
    response = await browser.get(f"/api/conferences/{conference['id']}/messages{query}")
    assert response.status == 200, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


async def test_the_organiser_sees_each_message_its_state_and_how_it_leaves(site: Site) -> None:
    """(H-19, H-20)"""
    olga = await site.organiser()
    conference = await olga.conference()
    await invited(site, conference, "anna")
    answer = await listed(olga, conference)
    assert answer["delivery"] == {"mail": "folder", "sms": "none"} and answer["total"] == 2
    reminder, invitation = answer["items"]
    assert (reminder["kind"], reminder["state"], reminder["due_at"]) == (
        "reminder_hour",
        "waiting",
        site.clock.ms() + 47 * HOUR,
    )
    assert invitation["invitee"] == {"id": "i-anna", "name": "anna"}
    assert (invitation["channel"], invitation["sent_at"], invitation["retry"]) == ("mail", None, False)
    [item] = await site.storage.outbox.claim(site.clock.ms())
    await site.storage.outbox.handing(item)
    assert (await listed(olga, conference))["items"][1]["state"] == "sending"
    await site.storage.outbox.done(item, site.clock.ms() + 5)
    sent = (await listed(olga, conference))["items"][1]
    assert (sent["state"], sent["sent_at"]) == ("sent", site.clock.ms() + 5)


async def test_a_failed_message_is_sent_again_by_hand_and_a_sent_one_never(site: Site) -> None:
    olga = await site.organiser()
    conference = await olga.conference()
    await invited(site, conference, "anna", "bert")
    first, second = await site.storage.outbox.claim(site.clock.ms())
    await site.storage.outbox.gave_up(first, site.clock.ms(), error="smtp 550 5.1.1")
    await site.storage.outbox.done(second, site.clock.ms())
    url = f"/api/conferences/{conference['id']}/messages"
    shown = {item["id"]: item for item in (await listed(olga, conference))["items"]}
    assert (shown[first.id]["error"], shown[first.id]["retry"]) == ("smtp 550 5.1.1", True)
    again = await olga.post(f"{url}/{first.id}/retry")
    assert again.status == 200 and (await again.json())["state"] == "waiting"
    assert [item.id for item in await site.storage.outbox.claim(site.clock.ms())] == [first.id]
    assert await code(await olga.post(f"{url}/{second.id}/retry")) == "wrong_state"
    for nothing in ("0", "999999", "x", "-1", "9" * 30, "%D9%A1"):
        assert await code(await olga.post(f"{url}/{nothing}/retry")) == "not_found"


async def test_messages_of_another_organiser_s_conference_are_not_there(site: Site) -> None:
    olga, other = await site.organiser(), await site.organiser("Otto")
    conference = await olga.conference()
    await invited(site, conference, "anna")
    [item] = await site.storage.outbox.claim(site.clock.ms())
    await site.storage.outbox.gave_up(item, site.clock.ms(), error="x")
    url = f"/api/conferences/{conference['id']}/messages"
    assert await code(await other.get(url)) == "not_found"
    assert await code(await other.post(f"{url}/{item.id}/retry")) == "not_found"
    own = await other.conference()
    assert await code(await other.post(f"/api/conferences/{own['id']}/messages/{item.id}/retry")) == "not_found"


async def test_pages_of_the_list(site: Site) -> None:
    olga = await site.organiser()
    conference = await olga.conference()
    await invited(site, conference, *[f"p{number:02d}" for number in range(15)])
    first = await listed(olga, conference)
    assert (len(first["items"]), first["page"], first["size"], first["total"]) == (10, 1, 10, 30)
    pages = [await listed(olga, conference, f"?page={page}&size=10") for page in (1, 2, 3, 4)]
    assert len({item["id"] for page in pages for item in page["items"]}) == 30 and pages[3]["items"] == []
    for wrong in ("?page=0", "?size=101", "?page=x", "?colour=red", "?page=99999999999999999999"):
        assert await code(await olga.get(f"/api/conferences/{conference['id']}/messages{wrong}")) == "bad_request"


async def test_sms_without_a_gateway_is_shown_as_failed(site: Site, tmp_path: Path) -> None:
    """(H-4)"""
    olga = await site.organiser()
    conference = await olga.conference()
    await invited(site, conference, "anna", telephone="+306900000000")
    house = House("Plenum", "no-reply@x.example", Links("https://x.example"))
    await Sender(site.storage, Ways([MailFolder(tmp_path)]), site.clock).send_due(house)
    by_channel = {(item["channel"], item["kind"]): item for item in (await listed(olga, conference))["items"]}
    assert by_channel["mail", "invitation"]["state"] == "sent"
    assert by_channel["sms", "invitation"]["error"] == "no_sms_gateway"


@pytest.mark.parametrize(
    ("mailed", "rsvp", "connected", "over", "state"),
    [
        (False, "none", False, False, "created"),
        (True, "none", False, False, "mailed"),
        (True, "accepted", False, False, "accepted"),
        (True, "declined", False, False, "declined"),
        (True, "tentative", False, False, "tentative"),
        (True, "accepted", True, False, "connected"),
        (True, "declined", True, True, "connected"),
        (False, "none", True, False, "connected"),
        (True, "accepted", False, True, "did_not_connect"),
        (True, "none", False, True, "did_not_connect"),
    ],
)
def test_states_of_an_invitation(mailed: bool, rsvp: str, connected: bool, over: bool, state: str) -> None:
    """created -> mailed -> answered -> connected or not (S-9, E0-30, E2-118)."""
    assert invitation_state(mailed=mailed, rsvp=rsvp, connected=connected, over=over) is InvitationState(state)
