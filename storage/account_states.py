"""The life of an account as a table. Pure.

invited (a coordinator named the person) -> unconfirmed (somebody signed in, something is left to do) -> active ->
deleted. An account made by whoever runs the server begins active.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from storage.errors import WrongState


class State(StrEnum):
    INVITED = "invited"
    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    DELETED = "deleted"


class Step(StrEnum):
    """TAKEN_UP: the invited person has proved to own the address. COMPLETED: address confirmed, terms and privacy
    statement accepted. DELETED: by the owner."""

    TAKEN_UP = "taken_up"
    COMPLETED = "completed"
    DELETED = "deleted"


NEXT: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (State.INVITED, Step.TAKEN_UP): State.UNCONFIRMED,
        (State.UNCONFIRMED, Step.COMPLETED): State.ACTIVE,
        (State.INVITED, Step.DELETED): State.DELETED,
        (State.UNCONFIRMED, Step.DELETED): State.DELETED,
        (State.ACTIVE, Step.DELETED): State.DELETED,
    }
)


def after(state: str, step: Step) -> State:
    """Raises WrongState for a step that is not in the table."""
    found = NEXT.get((State(state), step))
    if found is None:
        raise WrongState(f"an account that is {state} cannot be {step.value}")
    return found


def settled(state: str, *, confirmed: bool, accepted: bool) -> State:
    """The state once the facts have changed: an unconfirmed account becomes active with the last of them."""
    if state == State.UNCONFIRMED and confirmed and accepted:
        return after(state, Step.COMPLETED)
    return State(state)
