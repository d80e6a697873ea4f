"""Helpers of the account tests: mails read from the outbox, accounts in every state, a browser at a real provider."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import oidc_provider_mock
from oidc_provider_mock import User
from sqlalchemy import select

from portal.account_parts import ACCOUNT_PARTS
from portal.settings import OidcSettings
from storage.outbox import unsealed
from storage.tables import OutboxRow
from storage.tables import User as Account
from tests.portal.conftest import Browser, Site

GOOD = "Blue-heron 42 over the mill"
BETTER = "Grey-heron 43 under the mill"
MARIA = User(
    sub="maria-1",
    claims={
        "given_name": "Μαρία",
        "family_name": "Παπαδοπούλου",
        "name": "Μαρία Παπαδοπούλου",
        "email": "maria@example.gr",
        "email_verified": False,
    },
)
VERIFIED = User(
    sub="nikos-1",
    claims={"given_name": "Nikos", "family_name": "Nikou", "email": "nikos@example.gr", "email_verified": True},
)
NAMELESS = User(sub="afm-123456789", claims={})


def cookie_of(browser: Browser, name: str = "plenum_session") -> str:
    return browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/"))[name].value


@contextmanager
def provider(*users: User, **options: Any) -> Iterator[OidcSettings]:
    """A real provider on a port of its own; the settings to reach it."""
    with oidc_provider_mock.run_server_in_thread(user_claims=users or (MARIA, VERIFIED, NAMELESS), **options) as server:
        issuer = f"http://localhost:{server.server_port}"
        yield OidcSettings(issuer, "plenum-test", "secret", "Test provider")


async def mails(site: Site, kind: str | None = None) -> list[dict[str, Any]]:
    """What waits in the outbox, oldest first, with the tokens opened."""
    await site.app[ACCOUNT_PARTS].settled()
    query = select(OutboxRow).order_by(OutboxRow.id)
    async with site.storage.db.read() as session:
        rows = [row for row in await session.scalars(query) if kind is None or row.kind == kind]
    found = []
    for row in rows:
        payload = json.loads(row.payload)
        if "token" in payload:
            payload["token"] = unsealed(site.storage.secrets, row.cause, payload["token"])
        found.append({"kind": row.kind, "recipient": row.recipient, "state": row.state, **payload})
    return found


async def token_of(site: Site, kind: str) -> str:
    """Of the last mail of this kind."""
    return str((await mails(site, kind))[-1]["token"])


async def signed_in(site: Site, name: str = "Anna Kowalska", **fields: Any) -> Browser:
    """A browser of an account that whoever runs the server made."""
    user = await site.storage.users.add(name, **{"role": "user", "email": "anna@example.org", **fields})
    browser = await site.browser()
    token = await site.storage.sign_in_links.create(user.id, now_ms=site.clock.ms())
    assert (await browser.post("/api/sign-in", {"token": token})).status == 200
    browser.user = user.id
    return browser


async def local(site: Site, *, password: str = GOOD, **fields: Any) -> Browser:
    """The same with a password."""
    browser = await signed_in(site, **fields)
    response = await browser.post("/api/account/password", {"new": password})
    assert response.status == 200, await response.text()
    return browser


async def me(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = (await (await browser.get("/api/me")).json())["user"]
    return found


async def through_provider(browser: Browser, sub: str = "maria-1", path: str = "/api/oidc/start") -> Any:
    """There and back as a browser goes; the answer of the callback, not followed."""
    away = await browser.get(path, allow_redirects=False)
    assert away.status == 302, await away.text()
    return await browser.get(await authorised(away.headers["Location"], sub), allow_redirects=False)


async def authorised(url: str, sub: str) -> str:
    """The person signs in at the provider: path and query of the way back."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data={"sub": sub}, allow_redirects=False) as response,
    ):
        assert response.status == 302, await response.text()
        back = urlsplit(response.headers["Location"])
    return f"{back.path}?{back.query}"


async def confirmed(browser: Browser, sub: str = "maria-1", *, update_name: bool = False) -> Any:
    """Through the provider and past the confirmation screen."""
    back = await through_provider(browser, sub)
    assert back.headers["Location"] == "/sign-in/confirm", back.headers["Location"]
    return await browser.post("/api/oidc/confirm", {"update_name": update_name})


async def activated(site: Site, browser: Browser, email: str = "maria@example.gr", sub: str = "maria-1") -> None:
    """The whole way of E0-8 to E0-18."""
    assert (await confirmed(browser, sub)).status == 200
    body = {"email": email, "terms": True, "privacy": True}
    response = await browser.post("/api/account/activate", body)
    assert response.status == 200, await response.text()
    token = await token_of(site, "confirm_email")
    assert (await browser.post("/api/account/confirm-email", {"token": token})).status == 200


def real_time(site: Site) -> None:
    """Providers have their own clocks."""
    site.clock.now = time.time()


async def set_state(site: Site, user: str, state: str) -> None:
    """As a coordinator's invitation leaves it: named, not confirmed."""
    async with site.storage.db.write() as session:
        row = await session.get(Account, user)
        assert row is not None
        row.state, row.confirmed_ms, row.confirmed_by = state, None, None
