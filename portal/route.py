"""One route of the API: what it is called by, what it does, what it is about and what it takes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel

from portal.authorisation import Action
from portal.objects import Kind


@dataclass(frozen=True, slots=True)
class Route:
    """`of`: the kind of object in the path that rights are judged on. `body`, `query`: what it takes, for the
    OpenAPI document; the handler parses with the same model. `fresh`: only shortly after the person has
    proved who they are (portal/fresh.py)."""

    method: str
    path: str
    action: Action
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    of: Kind | None = None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    fresh: bool = False
