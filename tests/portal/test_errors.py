"""Codes of errors: one table on the server's side, a sentence in every language, and both documents name them all."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import rooms.errors
import signaling.errors
from portal.errors import STATUS, ApiError, as_api_error
from rooms.errors import RoomError
from sfu.errors import OfferError

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "static_client/src/i18n"
LANGUAGES = ("en", "el", "pl", "ro")
OF_CLIENT = {"network"}  # the server was not reached
ROOM_CODES = {*rooms.errors.SENTENCES, *signaling.errors.SENTENCES, *signaling.errors.CLOSING, OfferError.code}
CODES = ROOM_CODES | set(STATUS)
KEY = re.compile(r'^\s*"((?:error|acc\.password)\.[\w.]+)": "(.*)",$', re.MULTILINE)
RAISED = ("ApiError", "RoomError", "CallError", "TokenError", "SignalingError", "Refusal")


@cache
def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(CATALOGUE.glob(f"{language}_*.ts")):
        for key, text in re.findall(
            r'^\s*"((?:error|acc\.password)\.[\w.]+)": "(.*)",$', path.read_text(), re.MULTILINE
        ):
            assert key not in found, f"{language}: {key} is there twice"
            found[key] = text
    return found


def raised() -> Iterator[tuple[str, str | None]]:
    """(code, reason) wherever a refusal is made with both written out."""
    for package in ("portal", "signaling", "rooms"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                    continue
                code = node.args[0]
                if not isinstance(code, ast.Constant):
                    continue
                if node.func.id in RAISED:
                    reasons = [each.value for each in node.keywords if each.arg == "reason"]
                    yield str(code.value), next((str(r.value) for r in reasons if isinstance(r, ast.Constant)), None)
                elif node.func.id == "BadDates":
                    yield "bad_dates", str(code.value)


def reasons() -> set[tuple[str, str]]:
    return {(code, reason) for code, reason in raised() if reason is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence_in_every_language(language: str) -> None:
    wanted = {f"error.{code}" for code in CODES | OF_CLIENT} | {f"error.{code}.{why}" for code, why in reasons()}
    have = {key for key in texts(language) if key.startswith("error.")}
    assert have == wanted
    assert all(text[-1] in ".!" and len(text) > 12 for key, text in texts(language).items() if key in wanted)


def test_no_refusal_is_raised_with_a_code_that_nobody_knows() -> None:
    found = list(raised())
    assert len(found) > 100 and {code for code, _ in found} <= CODES
    assert len(reasons()) > 15


def test_reasons_of_weak_passwords_have_sentences() -> None:
    source = ast.parse((ROOT / "portal/passwords.py").read_text())
    [fault] = [node for node in ast.walk(source) if isinstance(node, ast.FunctionDef) and node.name == "fault"]
    returned = [node.value for node in ast.walk(fault) if isinstance(node, ast.Return)]
    words = {str(each.value) for node in returned if node for each in ast.walk(node) if isinstance(each, ast.Constant)}
    words -= {"None"}
    assert len(words) == 4 and all(
        f"acc.password.{word}" in texts(language) for word in words for language in LANGUAGES
    )


def test_the_documents_name_every_code_and_reason() -> None:
    api = (ROOT / "portal/API.md").read_text()
    table = api[api.index("## Errors") :]
    protocol = (ROOT / "signaling/PROTOCOL.md").read_text()
    at_rooms = protocol[protocol.index("## 6. Error codes") :] + protocol[protocol.index("### token, you_speak") :]
    in_api = set(re.findall(r"`(\w+)`", table))
    in_protocol = set(re.findall(r"`(\w+)`", at_rooms))
    assert set(STATUS) - in_protocol <= in_api, "API.md"
    assert in_protocol >= ROOM_CODES, "PROTOCOL.md"
    assert {reason for _, reason in reasons()} <= in_api
    for line in table.splitlines():  # and none that is not ours
        if line.startswith("| `"):
            assert set(re.findall(r"`(\w+)`", line.split("|")[1])) <= set(STATUS), line


def test_a_code_in_the_table_of_errors_has_the_status_that_is_sent() -> None:
    api = (ROOT / "portal/API.md").read_text()
    for line in api[api.index("## Errors") :].splitlines():
        if line.startswith("| `"):
            codes = re.findall(r"`(\w+)`", line.split("|")[1])
            told = [int(each) for each in re.findall(r"\d+", line.split("|")[2])]
            sent = [STATUS[code] for code in codes]
            assert sent == told or (len(told) == 1 and {*sent} == {*told}), line


@pytest.mark.parametrize("code", sorted(rooms.errors.SENTENCES.keys() & STATUS.keys()))
def test_what_a_room_refuses_at_the_door_keeps_its_code(code: str) -> None:
    error = as_api_error(RoomError(code))
    assert isinstance(error, ApiError) and (error.code, error.message) == (code, rooms.errors.SENTENCES[code])
