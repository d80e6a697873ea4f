"""Letters about accounts, roles and collaboration (E0-12, E0-18, E1-15, E2-16, E2-50, E2-71, E2-124, E2-126), the
warning to an organiser whose PIN is being guessed (decision 11), and word to the owner of what changed in how one signs
in. Values in, a message out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from portal.mail import moments
from portal.mail.catalogue import Words, choose, words
from portal.mail.clean import line, lines, person
from portal.mail.conference_letters import greeting, subject
from portal.mail.house import House
from portal.mail.letter import Fact, Letter, Link, Message
from storage.addressees import Addressee, AskedRole, GivenRole, Meeting

KINDS: Final = (
    "confirm_email",
    "reset_password",
    "activation",
    "account_invitation",
    "role_request_new",
    "role_accepted",
    "role_rejected",
    "coordinator_message",
    "collaboration_asked",
    "pin_alert",
    "password_changed",
    "two_factor_on",
    "two_factor_off",
    "recovery_code_used",
)
MAKE_ACCOUNTS: Final = ("activation", "account_invitation")
STALE_ALERT_MS: Final = 24 * 3_600_000
_PROOFS: Final = {
    "confirm_email": "confirm",
    "reset_password": "reset",
    "activation": "reset",
    "account_invitation": "reset",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One message to one account. `token`: opened from the payload. `by`: whose act it tells of. `given`: with what an
    account was made."""

    kind: str
    payload: Mapping[str, Any]
    to: Addressee
    house: House
    now_ms: int
    token: str = ""
    by: str = ""
    role: AskedRole | None = None
    given: GivenRole | None = None
    meeting: Meeting | None = None

    @property
    def words(self) -> Words:
        return words(choose(self.to.language, self.house.language))


def compose(case: Case) -> Message | None:
    """None when there is no reason left: no address, or an alarm of the day before yesterday."""
    address = str(case.payload.get("email") or case.to.email or "")
    if not address or (case.kind == "pin_alert" and case.now_ms - int(case.payload["at_ms"]) > STALE_ALERT_MS):
        return None
    return Message(letter=_with_details(case, _plain(case)), to_name=case.to.name, to_address=address)


def _plain(case: Case) -> Letter:
    say, house = case.words, case.house
    by = line(case.by, 80)
    intro = f"{case.kind}.intro_by" if by and say.has(f"{case.kind}.intro_by") else f"{case.kind}.intro"
    title = line(case.meeting.title, 90) if case.meeting else ""
    return Letter(
        language=say.language,
        product=house.product,
        subject=subject(
            house.product,
            say(
                f"{case.kind}.subject",
                product=house.product,
                title=title,
                subject=line(str(case.payload.get("subject", ""))),
            ),
        ),
        greeting=greeting(say, case.to.name),
        paragraphs=(say(intro, product=house.product, by=by or house.product),),
        link_hint=say("link_hint"),
        links=(Link(say("service", product=house.product), house.links.service()),),
        closing=say("closing", product=house.product),
    )


def _with_details(case: Case, letter: Letter) -> Letter:
    say, links = case.words, case.house.links
    match case.kind:
        case "confirm_email" | "reset_password" | "activation" | "account_invitation":
            page = _PROOFS[case.kind]
            button = Link(say(f"{case.kind}.button"), links.proof(page, case.token))
            return replace(letter, button=button, facts=tuple(_given(case)), remarks=tuple(_proof_remarks(case)))
        case "role_request_new":
            button = Link(say("role_request_new.button"), links.approvals())
            return replace(letter, button=button, facts=tuple(_asked(case)))
        case "role_accepted":
            return replace(letter, button=Link(say("role_accepted.button"), links.log_in()), facts=tuple(_asked(case)))
        case "role_rejected":
            return replace(letter, facts=tuple(_asked(case)))
        case "coordinator_message":
            return replace(letter, quoted=tuple(lines(str(case.payload.get("text", "")))))
        case "collaboration_asked":
            return replace(letter, button=Link(say("collaboration_asked.button"), links.collaborators()))
        case "password_changed" | "two_factor_on" | "two_factor_off" | "recovery_code_used":
            button = Link(say("own_security"), links.security())
            return replace(letter, button=button, remarks=(say("not_your_act"),))
        case "pin_alert":
            return replace(letter, heading=line(case.meeting.title) if case.meeting else "")
    raise AssertionError(f"no letter for {case.kind}")


def _proof_remarks(case: Case) -> list[str]:
    """Until when the link works, if the payload says so (rows of older versions do not)."""
    say, until_ms = case.words, int(case.payload.get("until_ms", 0))
    found = []
    if until_ms:
        found.append(say("expires", when=moments.moment(until_ms, case.to.time_zone, say.locale)))
    return [*found, say("not_you")] if case.kind in ("confirm_email", "reset_password") else found


def _given(case: Case) -> list[Fact]:
    say, given = case.words, case.given
    if given is None or case.kind not in MAKE_ACCOUNTS:
        return []
    key = f"roles.{given.role}"
    facts = (("role", say(key) if say.has(key) else ""), ("body", line(given.body)), ("unit", line(given.unit)))
    return [Fact(say(f"facts.{name}"), (value,)) for name, value in facts if value]


def _asked(case: Case) -> list[Fact]:
    say, role = case.words, case.role
    if role is None:
        return []
    key = f"roles.{role.role}"
    facts = [("role", say(key) if say.has(key) else ""), ("unit", line(role.unit))]
    if case.kind == "role_request_new":
        facts = [("applicant", person(role.applicant)), *facts]
        facts += [("telephone", line(role.telephone)), ("purpose", " ".join(lines(role.purpose, 500)))]
    return [Fact(say(f"facts.{name}"), (value,)) for name, value in facts if value]
