"""The people of a conference: one by one, from a pasted list, from a group; their ticks and their answers."""

from aiohttp import web

from portal import bulk
from portal.bodies import Empty, parse
from portal.bodies_schedule import BulkBody, GroupInviteBody, InviteeBody, InviteePatch, RsvpBody, RsvpTokenBody
from portal.conferences import invitee_facts
from portal.context import CONFERENCE, USER, caller, parts
from portal.errors import ApiError
from portal.gate import SIGN_INS_PER_CALLER
from portal.join import GATE
from storage.audit import by_user
from storage.records import ConferenceRecord, InviteeDraft, InviteeRecord
from storage.rsvp import rsvp_invitee

BULK_BYTES = 1024 * 1024


async def every(request: web.Request) -> web.StreamResponse:
    people = await parts(request).storage.invitees.of_conference(request[CONFERENCE].id)
    return web.json_response({"items": [invitee_facts(request, each) for each in people]})


async def add(request: web.Request) -> web.StreamResponse:
    """S-10, E0-27: also people without an account. 409 `invited_already` for an address that is."""
    body = await parse(request, InviteeBody)
    draft = InviteeDraft(body.name, body.email, body.telephone, body.moderator, body.kind, body.language or "")
    made = await _added(request, [draft])
    if not made:
        raise ApiError("invited_already")
    return web.json_response(invitee_facts(request, made[0]), status=201)


async def add_many(request: web.Request) -> web.StreamResponse:
    """E2-87: the lines that are right are added; the others are told with their faults. `preview` adds nobody."""
    body = await parse(request, BulkBody, most_bytes=BULK_BYTES)
    try:
        rows = bulk.read(body.text)
    except bulk.TooManyLines:
        raise ApiError("too_large", f"At most {bulk.MAX_LINES} lines.") from None
    good = [row for row in rows if row.error is None]
    added = 0
    if not body.preview and good:
        drafts = [
            InviteeDraft(row.name, row.email, row.telephone, row.moderator, body.kind, body.language or "")
            for row in good
        ]
        added = len(await _added(request, drafts))
    told = [
        {
            "line": row.line,
            "name": row.name,
            "email": row.email,
            "telephone": row.telephone,
            "moderator": row.moderator,
            "error": row.error,
        }
        for row in rows
    ]
    return web.json_response({"rows": told, "good": len(good), "added": added})


async def add_group(request: web.Request) -> web.StreamResponse:
    """E2-86: all members of one of one's own groups."""
    body = await parse(request, GroupInviteBody)
    members = await parts(request).storage.contacts.members(request[USER].id, body.group)
    if members is None:
        raise ApiError("bad_request", "group: no such group")
    drafts = [InviteeDraft(each.name, each.email, each.telephone, kind="person") for each in members if each.email]
    return web.json_response({"added": len(await _added(request, drafts))})


async def change(request: web.Request) -> web.StreamResponse:
    body = await parse(request, InviteePatch)
    conference = request[CONFERENCE]
    changed = await parts(request).storage.invitees.change(
        conference.id,
        request.match_info["invitee"],
        moderator=body.moderator,
        name=body.name,
        now_ms=parts(request).now_ms(),
        by=by_user(request[USER].id),
    )
    if changed is None:
        raise ApiError("not_found")
    if body.moderator is False:
        await parts(request).rooms.rights_changed(invitee=changed.id)
    return web.json_response(invitee_facts(request, changed))


async def remove(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its = parts(request)
    invitee, by = request.match_info["invitee"], by_user(request[USER].id)
    gone = await its.storage.invitees.remove(request[CONFERENCE].id, invitee, now_ms=its.now_ms(), by=by)
    if not gone:
        raise ApiError("not_found")
    await its.rooms.rights_changed(invitee=invitee)
    return web.Response(status=204)


async def rsvp(request: web.Request) -> web.StreamResponse:
    """The answer of an account to its own invitation (S-9)."""
    body = await parse(request, RsvpBody)
    its, conference = parts(request), request[CONFERENCE]
    own = await its.storage.invitees.of_user(conference.id, request[USER].id)
    if own is None:
        raise ApiError("not_found")
    await its.storage.invitees.answer(own.id, body.answer, now_ms=its.now_ms())
    return web.json_response({"answer": body.answer})


async def rsvp_by_token(request: web.Request) -> web.StreamResponse:
    """The links of the mail (E0-30): what it is about, and the answer. Opens nothing else."""
    body = await parse(request, RsvpTokenBody)
    its = parts(request)
    async with request.config_dict[GATE].secret(SIGN_INS_PER_CALLER, caller(request)):
        invitee, now_ms = rsvp_invitee(its.storage.secrets, body.token), its.now_ms()
        answered = None if invitee is None else await its.storage.invitees.answer(invitee, body.answer, now_ms=now_ms)
        conference = None if answered is None else await its.storage.conferences.get(answered.conference)
        if answered is None or conference is None:
            raise ApiError("wrong_link")
    return web.json_response({"answer": answered.rsvp, "name": answered.name, "conference": _shown(conference)})


async def _added(request: web.Request, drafts: list[InviteeDraft]) -> list[InviteeRecord]:
    its, conference = parts(request), request[CONFERENCE]
    over = conference.over(its.now_ms())
    if over is not None and over != "postponed":
        raise ApiError("wrong_state", f"The conference is over ({over}).", reason="over")
    by = by_user(request[USER].id)
    return await its.storage.invitees.add_all(conference.id, drafts, now_ms=its.now_ms(), by=by)


def _shown(conference: ConferenceRecord) -> dict[str, object]:
    return {
        "title": conference.title,
        "starts_at": conference.starts_ms,
        "ends_at": conference.ends_ms,
        "time_zone": conference.time_zone,
        "postponed": conference.postponed_ms is not None,
        "cancelled": conference.cancelled_ms is not None,
    }
