"""The token in the links of a mail by which somebody accepts or declines (E0-30, S-9): the invitee's id and a keyed
hash of it. It opens no conference, so it may stand in a mail's three links and be forwarded without harm.
"""

import base64
import hmac
from typing import Final, Literal

from storage.ids import InviteeId
from storage.secrets import Secrets

Answer = Literal["accepted", "declined", "tentative"]
_MAC_BYTES: Final = 16


def rsvp_token(keys: Secrets, invitee: str) -> str:
    return f"{invitee}.{_mac(keys, invitee)}"


def rsvp_invitee(keys: Secrets, token: str) -> InviteeId | None:
    """Whose token it is; None if nobody's."""
    if not token.isascii():
        return None
    invitee, _, mac = token.partition(".")
    return InviteeId(invitee) if hmac.compare_digest(mac.encode(), _mac(keys, invitee).encode()) else None


def _mac(keys: Secrets, invitee: str) -> str:
    digest = keys.keyed_hash("rsvp", invitee)[:_MAC_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
