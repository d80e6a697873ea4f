"""Where an invitation stands: created -> mailed (at creation, an hour before, at the start) -> accepted | declined |
tentative | no answer -> connected | did not connect (H-19 to H-21, S-9, E0-30, E2-118). Values in, a state out.
"""

from enum import StrEnum


class InvitationState(StrEnum):
    CREATED = "created"
    MAILED = "mailed"  # and no answer yet
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    CONNECTED = "connected"
    DID_NOT_CONNECT = "did_not_connect"


_ANSWERS = {
    "accepted": InvitationState.ACCEPTED,
    "declined": InvitationState.DECLINED,
    "tentative": InvitationState.TENTATIVE,
}


def invitation_state(*, mailed: bool, rsvp: str, connected: bool, over: bool) -> InvitationState:
    """Who came has come, whatever was said or sent before; who did not is known once the conference is over."""
    if connected:
        return InvitationState.CONNECTED
    if over:
        return InvitationState.DID_NOT_CONNECT
    return _ANSWERS.get(rsvp, InvitationState.MAILED if mailed else InvitationState.CREATED)
