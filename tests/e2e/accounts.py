"""Accounts in a browser: the provider's pages, and the links of the mails that a server wrote into its folder."""

from __future__ import annotations

import email
import email.policy
import re
import time

from playwright.async_api import Page, expect

from portal.settings import OidcSettings
from tests.support.server import Server

PROVIDER = "Citizen ID"
SIGN_IN = f"Sign in with {PROVIDER}"


def provider_env(oidc: OidcSettings) -> dict[str, str]:
    """The settings of a server that people sign in to at this provider."""
    return {
        "PLENUM_OIDC_ISSUER": oidc.issuer,
        "PLENUM_OIDC_CLIENT_ID": oidc.client_id,
        "PLENUM_OIDC_CLIENT_SECRET": oidc.client_secret,
        "PLENUM_OIDC_NAME": PROVIDER,
    }


def mailed(server: Server, to: str, path: str) -> str:
    """The link below `path` in the newest mail to this address."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for file in sorted((server.data_dir / "mail").glob("*.eml"), key=lambda one: -one.stat().st_mtime_ns):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            assert body is not None
            found = re.search(rf"\S+{path}#[\w-]+", body.get_content())
            if to in str(message["To"]) and found:
                return found.group()
        time.sleep(0.1)
    raise AssertionError(f"no mail to {to} with a link to {path}")


async def at_provider(page: Page, server: Server, sub: str) -> None:
    """To the confirmation screen, past the requirements when there is no account yet."""
    await page.goto(server.url + "/sign-in")
    await page.get_by_role("link", name=SIGN_IN).click()
    await page.get_by_role("button", name=sub).click()
    await expect(page.get_by_role("heading", name=re.compile("What you need|Is this you"))).to_be_visible()
    if await page.get_by_role("heading", name="What you need").count():
        await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Is this you?")).to_be_visible()
