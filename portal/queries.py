"""What may stand behind `?` in the address of a list: page, size, search (E2-72). `parse_query` gives a value or
`bad_request`; `listed` is the answer of every list."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

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


Q = TypeVar("Q", bound=Query)


def parse_query(request: web.Request, model: type[Q]) -> Q:
    try:
        return model.model_validate(dict(request.query))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ApiError("bad_request", f"{field}: {first['msg']}") from None


def listed(items: Sequence[object], query: PageQuery, total: int) -> dict[str, object]:
    return {"items": list(items), "page": query.page, "size": query.size, "total": total}
