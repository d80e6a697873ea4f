"""What may stand behind `?` in an address, above all of a list: page, size, search (E2-72). `parse_query` gives a value
or `bad_request`; `listed` is the answer of every list."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal.bodies import sentence
from portal.errors import ApiError

MAX_PAGE = 100_000
MAX_SIZE = 100


class Query(BaseModel):
    """Unknown names are refused; numbers come as text."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Query):
    page: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1
    size: Annotated[int, Field(ge=1, le=MAX_SIZE)] = 10

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


class SearchQuery(PageQuery):
    q: Annotated[str, Field(max_length=100)] = ""


class PlayQuery(BaseModel):
    """A signed link: until when, and its signature; `download`: the name of the file to be. Other names are ignored."""

    e: str = ""
    s: str = ""
    download: str | None = None


Q = TypeVar("Q", bound=BaseModel)


def parse_query(request: web.Request, model: type[Q]) -> Q:
    """The query as `model`; each name at most once. Raises ApiError bad_request."""
    try:
        return model.model_validate_strings(dict(request.query))
    except ValidationError as error:
        raise ApiError("bad_request", sentence(error)) from None


def listed(items: Sequence[object], query: PageQuery, total: int) -> dict[str, object]:
    """Page, size and total are what "(1 - 8) of 8" is made of."""
    return {"items": list(items), "page": query.page, "size": query.size, "total": total}
