"""Browsers of people in a body, for the tests of what its coordinators do."""

from dataclasses import dataclass
from typing import Any

from storage.tables import User
from tests.portal.accounts_support import signed_in
from tests.portal.conftest import Browser, Site


@dataclass
class Home:
    """A body with its two coordinators, and an administrator who belongs to none."""

    site: Site
    body: str
    head: Browser  # Body Coordinator
    unit_head: Browser  # Unit Coordinator
    administrator: Browser

    async def person(self, name: str, role: str = "user", body: str | None = "home", **fields: Any) -> Browser:
        """Another account; `body` "home" is this one."""
        home = self.body if body == "home" else body
        email = f"{name.lower().replace(' ', '.')}@example.org"
        return await signed_in(self.site, name, **{"role": role, "email": email, "body": home, **fields})


async def home(site: Site) -> Home:
    administrator = await signed_in(site, "Ada Root", role="administrator", email="ada@example.org")
    made = await administrator.post("/api/bodies", {"name": "City of Example", "time_zone": "Europe/Athens"})
    assert made.status == 201, await made.text()
    body = (await made.json())["id"]
    head = await signed_in(site, "Beata Head", role="body_coordinator", email="beata@example.org", body=body)
    unit_head = await signed_in(site, "Uwe Unit", role="unit_coordinator", email="uwe@example.org", body=body)
    return Home(site, body, head, unit_head, administrator)


async def items(browser: Browser, path: str) -> list[dict[str, Any]]:
    answer = await browser.get(path)
    assert answer.status == 200, await answer.text()
    found: list[dict[str, Any]] = (await answer.json())["items"]
    return found


async def row(site: Site, user: object) -> User:
    async with site.storage.db.read() as session:
        return await session.get_one(User, user)
