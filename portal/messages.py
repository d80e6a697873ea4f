"""What was and will be sent about a conference, as its organiser sees it, and sending a failed one again."""

from aiohttp import web

from portal.accounts import deliveries
from portal.bodies import Empty, parse
from portal.context import CONFERENCE, USER, parts
from portal.errors import ApiError
from portal.mail.builder import channel
from portal.queries import PageQuery, listed, parse_query
from storage.audit import by_user
from storage.errors import NotFound, WrongState
from storage.records import OutboxItem, OutboxState


async def list_of_conference(request: web.Request) -> web.StreamResponse:
    """Latest first. `delivery` says how messages leave: a mail that "was sent" to a folder reached nobody yet."""
    query = parse_query(request, PageQuery)
    its = parts(request)
    items, total = await its.storage.outbox.of_conference(request[CONFERENCE].id, offset=query.offset, limit=query.size)
    answer = listed([described(item) for item in items], query, total)
    return web.json_response(answer | {"delivery": deliveries(its.settings)})


async def retry(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its = parts(request)
    number = request.match_info["message"]
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise ApiError("not_found")
    try:
        item = await its.storage.outbox.again(
            request[CONFERENCE].id, int(number), its.now_ms(), by=by_user(request[USER].id)
        )
    except NotFound:
        raise ApiError("not_found") from None
    except WrongState:
        raise ApiError("wrong_state", "This message has not failed.", reason="not_failed") from None
    return web.json_response(described(item))


def described(item: OutboxItem) -> dict[str, object]:
    invitee = (item.recipient or "").removeprefix("invitee:")
    return {
        "id": item.id,
        "kind": item.kind,
        "channel": channel(item).value,
        "invitee": {"id": invitee, "name": item.recipient_name} if invitee else None,
        "state": "sending" if item.state is OutboxState.HANDING else item.state.value,
        "due_at": item.due_ms,
        "sent_at": item.done_ms if item.state is OutboxState.SENT else None,
        "tries": item.tries,
        "error": item.error,
        "retry": item.state is OutboxState.FAILED or (item.state is OutboxState.WAITING and item.tries > 0),
    }
