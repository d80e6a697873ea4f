"""Who am I, and signing in and out: sessions of browsers."""

import pytest

from portal.agent import family
from tests.portal.conftest import Site


async def test_anybody_learns_the_ways_in_and_nothing_else(site: Site) -> None:
    me = await (await (await site.browser()).get("/api/me")).json()
    assert me == {
        "user": None,
        "version": "0.1",
        "sign_in": {"oidc": None, "password": True},
        "languages": ["en", "el", "pl", "ro"],
    }


async def test_an_organiser_sees_place_role_and_rights(site: Site) -> None:
    """E1-2, E2-10: what the pages show and hide by."""
    token = await site.storage.users.ensure_first_organiser()
    browser = await site.browser()
    assert (await browser.post("/api/sign-in", {"token": token})).status == 200
    user = (await (await browser.get("/api/me")).json())["user"]
    assert (user["role"], user["state"], user["must"]) == ("administrator", "active", [])
    assert user["body"]["name"] == "Organisation" and user["unit"] is None
    assert {"conference_create", "conference_list"} <= set(user["rights"])
    assert user["two_factor"] is False


async def test_a_simple_user_has_no_right_to_create(site: Site) -> None:
    """E1-4."""
    made = await site.storage.users.add("Anna Kowalska", role="user", email="anna@example.org")
    token = await site.storage.sign_in_links.create(made.id, now_ms=site.clock.ms())
    browser = await site.browser()
    user = (await (await browser.post("/api/sign-in", {"token": token})).json())["user"]
    assert "conference_create" not in user["rights"]
    assert (user["given_name"], user["surname"], user["email"]) == ("Anna", "Kowalska", "anna@example.org")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 "
            "Safari/537.36 Edg/130.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Chrome, Android"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_by_its_family_alone(agent: str, words: str) -> None:
    assert family(agent) == words
