"""What leaves a row in the audit log, and who reads it."""

import ast
import csv
import datetime
import io
import json
import re
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from portal.audit import COLUMNS
from signaling.audited import AUDITED
from storage.audit import ACTIONS, OBJECTS
from tests.portal.conftest import Browser, Site, code
from tests.portal.people_support import Home, home, items

ROOT: Final = Path(__file__).resolve().parents[2]


async def actions(here: Home, kind: str, object: object) -> list[str]:
    found = await items(here.administrator, f"/api/audit?object_kind={kind}&object={object}&size=100")
    return [each["action"] for each in reversed(found)]


async def asked(browser: Browser) -> str:
    body = {"role": "unit_coordinator", "telephone": "+48 600 100 200", "purpose": "Council"}
    return str((await (await browser.post("/api/account/role-requests", body)).json())["id"])


async def test_changes_of_roles_are_written_down(site: Site) -> None:
    here = await home(site)
    anna, berta = await here.person("Anna A"), await here.person("Berta B")
    await here.head.post(f"/api/role-requests/{await asked(anna)}/accept")
    await here.head.post(f"/api/role-requests/{await asked(berta)}/reject")
    await here.head.post(f"/api/users/{anna.user}/convert")
    await here.unit_head.post("/api/account/step-down", {"role": "user"})
    assert await actions(here, "user", anna.user) == ["role_requested", "role_changed", "role_changed"]
    assert await actions(here, "user", berta.user) == ["role_requested", "role_refused"]
    [row] = await items(here.administrator, f"/api/audit?object_kind=user&object={here.unit_head.user}")
    assert (row["actor"], row["actor_name"]) == (f"user:{here.unit_head.user}", "Uwe Unit")
    assert row["details"] == {"from": "unit_coordinator", "to": "user"} and len(row["hash"]) == 64


async def test_collaborators_come_and_go_in_the_log(site: Site) -> None:
    """Who may edit whose conferences is a right; a request that nobody accepted gave none."""
    here = await home(site)
    owner, helper = here.head.user, here.unit_head.user
    await here.head.post("/api/collaborators", {"users": [helper]})
    await here.unit_head.post(f"/api/collaborators/{owner}/reject")
    await here.head.post("/api/collaborators", {"users": [helper]})
    await here.unit_head.post(f"/api/collaborators/{owner}/accept")
    await here.head.send("DELETE", f"/api/collaborators/{helper}?direction=sent")
    rows = await items(here.administrator, f"/api/audit?object_kind=user&object={helper}")
    assert [(each["action"], each["actor"], each["details"]) for each in reversed(rows)] == [
        ("collaborator_accepted", f"user:{helper}", {"of": owner}),
        ("collaborator_ended", f"user:{owner}", {"of": owner}),
    ]


async def test_what_is_done_to_a_room_from_outside_is_in_the_log(site: Site) -> None:
    here = await home(site)
    conference = await here.unit_head.conference()
    path = f"/api/conferences/{conference['id']}"
    for record in (True, True, False):
        await here.unit_head.send("PATCH", path, {"record": record})
    await here.unit_head.post(f"{path}/end")
    await here.unit_head.post(f"{path}/end")
    assert await actions(here, "conference", conference["id"]) == [
        "conference_created",
        "record_changed",
        "record_changed",
        "conference_ended",
    ]


async def test_invitations_moderators_and_deletions_are_written_down(site: Site) -> None:
    here = await home(site)
    conference = await here.unit_head.conference()
    path = f"/api/conferences/{conference['id']}"
    made = await (await here.unit_head.post(f"{path}/invitees", {"name": "Gast", "email": "gast@example.com"})).json()
    await here.unit_head.send("PATCH", f"{path}/invitees/{made['id']}", {"moderator": True})
    await here.unit_head.send("PATCH", f"{path}/invitees/{made['id']}", {"name": "Guest"})
    await here.unit_head.send("PATCH", f"{path}/invitees/{made['id']}", {"moderator": False})
    await here.unit_head.post(f"{path}/invitees/bulk", {"text": "Jan <jan@example.com>\nOla <ola@example.com>"})
    await here.unit_head.send("DELETE", f"{path}/invitees/{made['id']}")
    await here.unit_head.post(f"{path}/cancel")
    await here.unit_head.send("DELETE", path)
    assert await actions(here, "conference", conference["id"]) == [
        "conference_created",
        "invited",
        "moderator_given",
        "moderator_taken",
        "invited",
        "uninvited",
        "conference_cancelled",
        "conference_deleted",
    ]
    assert (await site.storage.audit.verify()).faults == ()


async def test_a_deleted_account_leaves_ids_alone(site: Site) -> None:
    here = await home(site)
    conference = await here.unit_head.conference()
    body = {"name": "Secret Name", "email": "secret@example.com"}
    await here.unit_head.post(f"/api/conferences/{conference['id']}/invitees", body)
    answer = await here.unit_head.send("DELETE", "/api/account", {"email": "uwe@example.org"})
    assert answer.status == 200
    assert await actions(here, "user", here.unit_head.user) == ["account_deleted"]
    assert (await actions(here, "conference", conference["id"]))[-1] == "conference_ended"
    rows = await items(here.administrator, "/api/audit?size=100")
    assert not any(word in json.dumps(rows) for word in ("secret@example.com", "Uwe", "uwe@example.org"))
    stored, _ = await site.storage.audit.page(offset=0, limit=100)
    words = ("Secret Name", "secret@example.com", "Uwe", "uwe@example.org")
    assert not any(word in str(stored) for word in words), "a guest's name is looked up while it is there"
    assert (await site.storage.audit.verify()).faults == ()


async def test_the_log_is_read_page_by_page_and_by_object(site: Site) -> None:
    here = await home(site)
    for number in range(12):
        await here.head.post(f"/api/bodies/{here.body}/units", {"name": f"Unit {number}"})
    first: dict[str, Any] = await (await here.administrator.get("/api/audit")).json()
    assert (first["total"], len(first["items"]), first["items"][0]["seq"]) == (13, 10, 13)
    assert [each["seq"] for each in await items(here.administrator, "/api/audit?page=2")] == [3, 2, 1]
    assert await actions(here, "body", here.body) == ["body_created"]
    answer = await here.administrator.get("/api/audit?object_kind=body")
    assert (answer.status, await code(answer)) == (400, "bad_request")
    assert (await here.head.get("/api/audit")).status == 403


async def test_rows_say_what_their_ids_are_called_while_it_is_there(site: Site) -> None:
    """Who, what, to whom: by the names of now; what is gone has none."""
    here = await home(site)
    conference = await here.unit_head.conference(title="Council")
    path = f"/api/conferences/{conference['id']}"
    made = await (await here.unit_head.post(f"{path}/invitees", {"name": "Gast", "email": "gast@example.com"})).json()
    await here.head.post(f"/api/users/{here.unit_head.user}/convert")
    [converted, invited, *_] = await items(here.administrator, "/api/audit")
    assert (converted["actor_name"], converted["object_name"]) == ("Beata Head", "Uwe Unit")
    assert (invited["object_name"], invited["names"][made["id"]]) == ("Council", "Gast")
    await here.unit_head.send("DELETE", "/api/account", {"email": "uwe@example.org"})
    rows = {each["action"]: each for each in await items(here.administrator, "/api/audit")}
    assert (rows["role_changed"]["object_name"], rows["invited"]["actor_name"]) == (None, None)
    assert rows["account_deleted"]["names"] == {}


async def test_the_log_is_searched_by_person_act_and_days(site: Site) -> None:
    here = await home(site)
    await here.unit_head.conference()
    await here.head.post(f"/api/users/{here.unit_head.user}/convert")
    today = datetime.datetime.fromtimestamp(site.clock.now, ZoneInfo("Pacific/Auckland")).date()
    day = datetime.timedelta(days=1)

    async def found(query: str) -> list[str]:
        return [each["action"] for each in await items(here.administrator, f"/api/audit?{query}")]

    assert await found("q=uwe") == ["role_changed", "conference_created"]
    assert await found("q=beata") == ["role_changed"]
    assert await found(f"actor=user:{here.unit_head.user}") == ["conference_created"]
    assert await found("action=body_created") == ["body_created"]
    zone = "zone=Pacific/Auckland"
    assert len(await found(f"first={today}&last={today}&{zone}")) == 3
    assert await found(f"first={today + day}&{zone}") == await found(f"last={today - day}&{zone}") == []
    assert await found(f"q=uwe&action=role_changed&first={today - day}&{zone}") == ["role_changed"]
    assert len(await found(f"first=0001-01-01&last=9999-12-31&{zone}")) == 3  # the whole calendar
    answer = await (await here.administrator.get("/api/audit?q=uwe&size=1&page=2")).json()
    assert (answer["total"], answer["page"], answer["more"], answer["crowd"]) == (2, 2, False, False)
    assert [each["action"] for each in answer["items"]] == ["conference_created"]
    for wrong in ("first=x", "zone=Nowhere", "q=" + "x" * 101, "who=uwe", "object=x", "size=101"):
        answer = await here.administrator.get(f"/api/audit?{wrong}")
        assert (answer.status, await code(answer)) == (400, "bad_request"), wrong


async def test_what_is_found_is_taken_away_as_csv_that_computes_nothing(site: Site) -> None:
    here = await home(site)
    await here.unit_head.post("/api/account/name", {"surname": "=HYPERLINK(1)", "given_name": "@Uwe"})
    await here.unit_head.conference(title='=1+1,"x"')
    answer = await here.administrator.get(f"/api/audit/export?actor=user:{here.unit_head.user}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert re.fullmatch(r'attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"
    raw = await answer.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    head, created, renamed = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert head == list(COLUMNS)
    rows = [dict(zip(head, each, strict=True)) for each in (created, renamed)]
    assert [each["action"] for each in rows] == ["conference_created", "name_changed"]
    assert (rows[0]["object_name"], rows[0]["details"]) == ('\'=1+1,"x"', '{"record": false}')
    assert {each["actor_name"] for each in rows} == {"'@Uwe =HYPERLINK(1)"}
    everything = (await (await here.administrator.get("/api/audit/export")).text()).splitlines()
    assert len(everything) == 1 + 3
    assert (await here.head.get("/api/audit/export")).status == 403
    assert (await here.administrator.get("/api/audit/export?page=2")).status == 400


@pytest.mark.parametrize("language", ["en", "el", "pl", "ro"])
def test_every_act_and_every_object_has_words_on_the_page_and_no_words_are_left_over(language: str) -> None:
    """What goes into the log is read by people; an act without words shows its bare name."""
    catalogue = (ROOT / f"static_client/src/i18n/{language}_administration.ts").read_text()
    acts = {f"room.{act}" for act in AUDITED} | ACTIONS
    assert set(re.findall(r'"adm\.act\.([\w.]+)"', catalogue)) == acts
    said = {re.sub(r"\.(yes|no)$", "", each) for each in re.findall(r'"adm\.say\.([\w.]+)"', catalogue)}
    assert said == acts
    assert set(re.findall(r'"adm\.kind\.(\w+)"', catalogue)) == OBJECTS


def test_every_act_that_is_written_is_one_of_the_known_and_none_is_known_for_nothing() -> None:
    """From the source: what stands where an act is made, by name or through `_noted`."""
    made: set[str] = set()
    for package in ("storage", "portal", "plenum", "recorder", "signaling"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and called(node) in ("Act", "_noted"):
                    made |= {str(each.value) for each in node.args if isinstance(each, ast.Constant)}
                elif isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["action"]:
                    made |= {str(each.value) for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
    made -= OBJECTS
    assert {act for act in made if "_" in act or act in ("invited", "uninvited")} == ACTIONS


def called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]
