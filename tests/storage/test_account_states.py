"""The life of an account: the table, and that no order of steps leads around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.account_states import NEXT, State, Step, after, settled
from storage.errors import WrongState


def test_the_way_from_invitation_to_deletion() -> None:
    """E0-11 to E0-15, E2-35 to E2-39, E2-74."""
    state = State.INVITED
    for step, expected in (
        (Step.TAKEN_UP, State.UNCONFIRMED),
        (Step.COMPLETED, State.ACTIVE),
        (Step.DELETED, State.DELETED),
    ):
        state = after(state, step)
        assert state is expected


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_what_is_not_in_the_table_is_refused(state: State, step: Step) -> None:
    if (state, step) in NEXT:
        assert after(state, step) is NEXT[state, step]
    else:
        with pytest.raises(WrongState):
            after(state, step)


@given(st.lists(st.sampled_from(Step), max_size=6))
def test_nobody_is_active_without_having_been_unconfirmed_and_nothing_follows_deletion(steps: list[Step]) -> None:
    states = [State.INVITED]
    for step in steps:
        try:
            states.append(after(states[-1], step))
        except WrongState:
            assert (states[-1], step) not in NEXT
    assert State.ACTIVE not in states or State.UNCONFIRMED in states
    assert State.DELETED not in states[:-1]


@pytest.mark.parametrize(
    ("state", "confirmed", "accepted", "expected"),
    [
        ("unconfirmed", True, True, "active"),
        ("unconfirmed", True, False, "unconfirmed"),
        ("unconfirmed", False, True, "unconfirmed"),
        ("invited", True, True, "invited"),
        ("deleted", True, True, "deleted"),
        ("active", False, False, "active"),
    ],
)
def test_an_account_becomes_active_with_the_last_of_two_facts(
    state: str, confirmed: bool, accepted: bool, expected: str
) -> None:
    assert settled(state, confirmed=confirmed, accepted=accepted) == expected
