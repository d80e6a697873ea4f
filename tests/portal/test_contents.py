"""Texts that an administrator edits, and the ones that are shipped (decision 12)."""

import pytest

from portal.contents import NAMES, shipped
from portal.settings import LANGUAGES
from tests.portal.conftest import Site, code
from tests.portal.people_support import home


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_shipped_in_every_language(name: str) -> None:
    """E0-14, E0-19, E0-34, E0-35, E1-29."""
    texts = [shipped(name, language) for language in LANGUAGES]
    assert all(text is not None and len(text) > 200 for text in texts)
    assert len(set(texts)) == len(LANGUAGES)


async def test_an_administrators_text_stands_before_the_shipped_one(site: Site) -> None:
    here = await home(site)
    visitor = await site.browser()
    path = "/api/contents/terms"
    assert (await (await visitor.get(f"{path}?language=pl")).json())["text"] == shipped("terms", "pl")
    text = "# Regulamin\r\n\r\n<script>alert(1)</script>"
    written = await here.administrator.send("PUT", path, {"language": "pl", "text": text})
    assert written.status == 200
    shown = await (await visitor.get(f"{path}?language=pl")).json()
    assert shown == {
        "name": "terms",
        "language": "pl",
        "text": text.replace("\r\n", "\n"),
        "changed_at": site.clock.ms(),
        "updated_at": site.clock.ms(),
    }
    assert (await (await visitor.get(path)).json())["language"] == "en"
    assert (await (await visitor.get(f"{path}?language=fr")).json())["language"] == "en"
    await here.administrator.send("PUT", path, {"language": "pl", "text": None})
    assert (await (await visitor.get(f"{path}?language=pl")).json())["changed_at"] is None


async def test_what_is_no_text_of_ours_is_not_there(site: Site) -> None:
    here = await home(site)
    for name in ("nothing", "..%2fsettings", "help"):
        assert (await here.head.get(f"/api/contents/{name}")).status == 404
    answer = await here.administrator.send("PUT", "/api/contents/nothing", {"language": "en", "text": "x"})
    assert (answer.status, await code(answer)) == (404, "not_found")
    long = await here.administrator.send("PUT", "/api/contents/terms", {"language": "en", "text": "x" * 60_001})
    assert await code(long) == "bad_request"
    longest = await here.administrator.send("PUT", "/api/contents/terms", {"language": "en", "text": "ω" * 60_000})
    assert longest.status == 200
