"""How often one may try: per caller and per account, whether or not the account exists. What was right is taken back.

A caller is a keyed hash of the address that changes daily; an account's key is a keyed hash of what was typed.
"""

import math

from aiohttp import web

from portal.context import caller, parts
from portal.errors import ApiError
from storage.interfaces import Limit
from storage.text import email_key

QUARTER_S = 15 * 60
HOUR_S = 3600
SIGN_INS = Limit("password-caller", 30, QUARTER_S)
SIGN_INS_TO_ACCOUNT = Limit("password-caller-account", 5, QUARTER_S)
ACCOUNT = Limit("password-account", 20, QUARTER_S)  # over all callers that this account never signed in from
KNOWN_BROWSER = Limit("password-browser", 10, QUARTER_S)  # instead: of one that it did (portal/device.py)
CODES = Limit("second-factor", 5, QUARTER_S)
STARTS = Limit("oidc-start", 60, QUARTER_S)
FORGOTTEN = Limit("forgot-caller", 10, HOUR_S)
FORGOTTEN_OF_ACCOUNT = Limit("forgot-account", 3, HOUR_S)
LINKS = Limit("email-link-caller", 60, QUARTER_S)
MAILS = Limit("account-mails", 10, HOUR_S)
MAILS_TO = Limit("account-mails-to", 10, HOUR_S)  # one address, whoever claims it
SENT_AGAIN = Limit("activation-mails", 3, HOUR_S)  # to one person, whoever asks
PROOFS = Limit("account-proof", 10, QUARTER_S)
INVITED = Limit("account-invitations", 200, HOUR_S)  # by one coordinator
WRITTEN = Limit("coordinator-messages", 10, HOUR_S)
LOOKUPS = Limit("account-lookups", 200, HOUR_S)

SEATS_ASKED_FOR = 3  # a whole conference behind one address comes in, and comes again twice
LEAST_SEATS = 60

Tries = tuple[tuple[Limit, str], ...]


def account_key(request: web.Request, email: str) -> str:
    return parts(request).storage.secrets.keyed_hash("limit", email_key(email)).hex()[:32]


async def count(request: web.Request, *tries: tuple[Limit, str]) -> Tries:
    """One try against each. Raises ApiError too_many_tries, and counts none."""
    wait_s = await parts(request).storage.limiter.take(*tries)
    if wait_s is not None:
        seconds = math.ceil(wait_s)
        raise ApiError("too_many_tries", f"Too many tries; wait {seconds} seconds.", retry_after_s=seconds)
    return tries


async def count_caller(request: web.Request, limit: Limit) -> Tries:
    return await count(request, (limit, caller(request)))


async def count_join(request: web.Request, conference: str, seats: int) -> None:
    """Each join token is a row and may become a participant whom the room remembers: a caller gets some times as many
    as the conference has seats. By caller, so that nobody uses up the tokens of others."""
    most = max(SEATS_ASKED_FOR * seats, LEAST_SEATS)
    await count(request, (Limit("join-caller-conference", most, QUARTER_S), f"{caller(request)}/{conference}"))


async def count_mail(request: web.Request, user: str, email: str | None) -> None:
    """A mail that `user` has sent to an address that is not proved."""
    to = () if email is None else ((MAILS_TO, account_key(request, email)),)
    await count(request, (MAILS, user), *to)


async def right(request: web.Request, tries: Tries) -> None:
    """They were no guesses."""
    await parts(request).storage.limiter.refund(*tries)
