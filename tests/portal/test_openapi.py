"""The OpenAPI document names every route, and what it describes, thrown at a running server by schemathesis, ends in no
5xx. `make fuzz` throws more (FUZZ_EXAMPLES), at random.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from portal.authorisation import open_to_all
from portal.bodies import Body
from portal.cookies import SESSION
from portal.errors import STATUS
from portal.openapi import document
from portal.route import Route
from portal.routes import ROUTES
from tests.e2e.accounts import provider_env
from tests.portal.accounts_support import provider
from tests.portal.conftest import Site
from tests.support.server import Organiser, Server, plenum, running

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
MANY = settings(
    max_examples=EXAMPLES or 8,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FEW = settings(MANY, max_examples=EXAMPLES or 2)
BY_ID = [f"{route.method} {route.path}" for route in ROUTES]
AT_PROVIDER = [route for route in ROUTES if route.path.startswith("/api/oidc/")]
SCHEMA = schemathesis.openapi.from_dict(document(ROUTES, "0", SESSION))


async def test_every_route_is_in_the_served_document(site: Site) -> None:
    """Served to everybody; what a route takes is what its handler parses."""
    answer = await (await site.browser()).get("/api/openapi.json")
    assert answer.status == 200
    served = await answer.json()
    assert served["openapi"].startswith("3.1") and served["info"]["version"] == "0.1"
    found = {(method.upper(), path) for path, methods in served["paths"].items() for method in methods}
    assert found == {(route.method, route.path) for route in ROUTES}
    for route in ROUTES:
        operation = served["paths"][route.path][route.method.lower()]
        assert operation["x-action"] == route.action
        assert operation["security"] == ([] if open_to_all(route.action) else [{"session": []}])
        assert {each["name"] for each in operation["parameters"]} == parameters(route)
        assert ("requestBody" in operation) == (route.body is not None)
    error = served["components"]["schemas"]["Error"]["properties"]["error"]
    assert set(error["properties"]["code"]["enum"]) == set(STATUS)


def parameters(route: Route) -> set[str]:
    return set(re.findall(r"{(\w+)}", route.path)) | (set(route.query.model_fields) if route.query else set())


def test_references_lead_somewhere_and_operations_have_names_of_their_own() -> None:
    made = document(ROUTES, "0", SESSION)
    for target in references(made):
        assert target.startswith("#/")
        place: Any = made
        for step in target[2:].split("/"):
            place = place[step]
    names = [operation["operationId"] for methods in made["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names)) == len(ROUTES)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_whatever_changes_something_takes_a_described_body() -> None:
    for route in ROUTES:
        assert (route.body is not None) == (route.method != "GET"), route.path
        assert route.body is None or issubclass(route.body, Body)


@dataclass
class Target:
    """A server with an administrator, and things of each kind that paths may name."""

    server: Server
    administrator: Organiser
    applicant: Organiser
    things: dict[str, str] = field(default_factory=dict)
    answers: dict[str, set[int]] = field(default_factory=dict)
    """What routes answered the administrator."""

    def cookie(self) -> dict[str, str]:
        """Of a session that works, whatever the last route did."""
        if self.administrator.call("GET", "/api/me")["user"] is None:
            self.administrator = Organiser(self.server.url, link(self.server, "link"))
        return {each["name"]: each["value"] for each in self.administrator.cookies()}

    def furnish(self) -> None:
        """Anew, for the last route may have taken anything away."""
        call = self.administrator.call
        self._conference()
        body = call("GET", "/api/me")["user"]["body"]["id"]
        unit = call("POST", f"/api/bodies/{body}/units", {"name": f"Unit {os.urandom(4).hex()}"})["id"]
        group = call("POST", "/api/groups", {"name": "Group", "description": ""})["id"]
        user = self.applicant.call("GET", "/api/me")["user"]["id"]
        self.things |= {"body": body, "unit": unit, "group": group, "user": user, "collaborator": user, "member": user}
        self.things |= {"session": call("GET", "/api/account/sessions")["sessions"][0]["id"], "name": "terms"}

    def _conference(self) -> None:
        call = self.administrator.call
        conference = self.administrator.conference()["id"]
        guest = {"name": "Guest", "email": "guest@example.org"}
        invitee = call("POST", f"/api/conferences/{conference}/invitees", guest)["id"]
        message = call("GET", f"/api/conferences/{conference}/messages")["items"][0]["id"]
        self.things |= {"conference": conference, "invitee": invitee, "message": str(message)}

    def ask(self) -> None:
        """For a role, after giving back what the last one granted."""
        if self.applicant.call("GET", "/api/me")["user"]["role"] != "user":
            self.applicant.call("POST", "/api/account/step-down", {"role": "user"})
        wish = {"role": "unit_coordinator", "telephone": "+30 210 0000000", "purpose": "Council"}
        wish["unit_id"] = self.things["unit"]
        self.things["request"] = self.applicant.call("POST", "/api/account/role-requests", wish)["id"]


def link(server: Server, *command: str) -> str:
    """A new sign-in link: `link` for the first administrator, `add` with a name for somebody else."""
    said = plenum("user", *command, data_dir=server.data_dir)
    found = re.search(r"\S+/sign-in#\S+", said.stdout)
    assert found is not None, said.stdout + said.stderr
    return found.group()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with running(tmp_path_factory.mktemp("fuzz") / "data") as server:
        applicant = link(server, "add", "Applicant", "--email", "applicant@example.org", "--role", "user")
        yield Target(server, Organiser(server.url, server.sign_in_url), Organiser(server.url, applicant))


@pytest.mark.parametrize("route", ROUTES, ids=BY_ID)
def test_an_administrator_finds_no_5xx(target: Target, route: Route) -> None:
    cookie = target.cookie()
    names = re.findall(r"{(\w+)}", route.path)
    if names:
        target.furnish()
    if "request" in names:
        target.ask()
    known = {name: target.things[name] for name in names if name in target.things}
    target.answers[f"{route.method} {route.path}"] = throw(target.server.url, route, cookie, known, MANY)


@pytest.mark.parametrize("route", ROUTES, ids=BY_ID)
def test_nobody_finds_no_5xx(target: Target, route: Route) -> None:
    throw(target.server.url, route, {}, {}, MANY if open_to_all(route.action) else FEW)


@pytest.fixture(scope="module")
def with_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server at which one signs in at a provider."""
    folder = tmp_path_factory.mktemp("fuzz-provider") / "data"
    with provider() as oidc, running(folder, env=provider_env(oidc)) as server:
        yield server.url


@pytest.mark.parametrize("route", AT_PROVIDER, ids=lambda route: f"{route.method} {route.path}")
def test_a_server_with_a_provider_answers_no_5xx(with_provider: str, route: Route) -> None:
    """Nobody's requests, and of somebody whom the provider has just sent back."""
    back = sent_back(with_provider)
    answers = throw(with_provider, route, back, {}, MANY) | throw(with_provider, route, {}, {}, MANY)
    if route.method == "GET":
        assert answers & {200, 302}, "the provider was not asked"


def sent_back(url: str) -> dict[str, str]:
    """Its cookie at the confirmation screen."""
    with requests.Session() as browser:
        away = browser.get(f"{url}/api/oidc/start", allow_redirects=False, timeout=20)
        at_provider = requests.post(away.headers["Location"], {"sub": "maria-1"}, allow_redirects=False, timeout=20)
        back = browser.get(at_provider.headers["Location"], allow_redirects=False, timeout=20)
        assert back.headers["Location"] == "/sign-in/confirm"
        return dict(browser.cookies)


def test_many_requests_were_taken_and_many_refused(target: Target) -> None:
    """Else the two tests above would show little."""
    if target.answers.keys() != set(BY_ID):
        pytest.skip("not all routes were tried")
    taken = [name for name, answers in target.answers.items() if any(answer < 300 for answer in answers)]
    refused = [name for name, answers in target.answers.items() if 400 in answers]
    assert len(taken) >= 50 and len(refused) >= 60, (len(taken), len(refused))


def takes_something(route: Route, place: object) -> bool:
    """Where nothing is taken, nothing can be broken."""
    return route.body is not None or route.query is not None or (place is None and "{" in route.path)


def throw(url: str, route: Route, cookies: dict[str, str], known: dict[str, str], how: settings) -> set[int]:
    """Valid and broken requests; about objects that are there as often as about others."""
    operation = SCHEMA[route.path][route.method]
    places: list[dict[str, str] | None] = [None] if not known else [known, None]
    kinds = [
        operation.as_strategy(generation_mode=mode, path_parameters=place)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for place in places
        if mode is GenerationMode.POSITIVE or takes_something(route, place)
    ]

    answers: set[int] = set()

    @given(case=st.one_of(kinds))
    @how
    def thrown(case: schemathesis.Case) -> None:
        case.cookies = {}
        answer = case.call(base_url=url, cookies=cookies, allow_redirects=False, timeout=20)
        answers.add(answer.status_code)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)

    thrown()
    return answers
