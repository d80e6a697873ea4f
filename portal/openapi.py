"""The OpenAPI 3.1 document of the API, made from the route table: what each route takes and who is asked for a
session. Answers are described by kind only (JSON, a file, a redirect) and by the codes of refusals; portal/API.md says
in words what is in them.
"""

from collections.abc import Mapping, Sequence
from inspect import getdoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from portal.authorisation import Action, open_to_all
from portal.errors import STATUS
from portal.route import Route

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_MODE: JsonSchemaMode = "validation"
_JSON = "application/json"
_FILES = {
    (Action.PLAY, "media"): ("video/webm", "audio/webm"),
    (Action.PLAY, "index"): ("application/octet-stream",),
    (Action.AUDIT, "export"): ("text/csv",),
}


def document(routes: Sequence[Route], version: str, session: str) -> Json:
    models = {model for route in routes for model in (route.body, route.query) if model is not None}
    ordered = sorted(models, key=lambda model: (model.__name__, model.__module__))
    refs, schemas = models_json_schema([(model, _MODE) for model in ordered], ref_template=_REF)
    named = {model: refs[model, _MODE] for model in ordered}
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, named, schemas["$defs"])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Plenum", "version": version},
        "paths": paths,
        "components": {
            "schemas": {**schemas["$defs"], "Error": _error()},
            "responses": {"Refused": {"description": "A refusal.", "content": {_JSON: {"schema": _ref("Error")}}}},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": session}},
        },
    }


def _operation(route: Route, named: Mapping[type[BaseModel], Json], schemas: Mapping[str, Json]) -> Json:
    topic, name = route.handler.__module__.rpartition(".")[2], route.handler.__name__
    operation: Json = {
        "operationId": f"{route.method.lower()}_{_words(route.path)}",
        "tags": [topic],
        "summary": (getdoc(route.handler) or name.replace("_", " ").capitalize()).partition("\n\n")[0],
        "parameters": [*_path_parameters(route.path), *_query_parameters(route.query, named, schemas)],
        "responses": {**_answers(route), "4XX": _refused(), "5XX": _refused()},
        "security": [] if open_to_all(route.action) else [{"session": []}],
        "x-action": route.action.value,
        "x-fresh-proof": route.fresh,
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": named[route.body]}}}
    return operation


def _answers(route: Route) -> Json:
    if (kinds := _FILES.get((route.action, route.handler.__name__))) is not None:
        content = {kind: {"schema": {"type": "string", "contentEncoding": "binary"}} for kind in kinds}
        return {"2XX": {"description": "A file, or the part of it that Range asks for.", "content": content}}
    answer = {"2XX": {"description": "Done.", "content": {_JSON: {"schema": {"type": "object"}}}}}
    if route.method == "GET" and route.path.startswith("/api/oidc/"):
        answer["3XX"] = {"description": "On to the provider, or back to a page."}
    return answer


def _path_parameters(path: str) -> list[Json]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    schema = {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _query_parameters(
    model: type[BaseModel] | None, named: Mapping[type[BaseModel], Json], schemas: Mapping[str, Json]
) -> list[Json]:
    if model is None:
        return []
    schema = schemas[named[model]["$ref"].rpartition("/")[2]]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _spoken(of)}
        for name, of in schema["properties"].items()
    ]


def _spoken(schema: Json) -> Json:
    """A name is in the address or not; there is no null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {"title": schema["title"], **kinds[0]} if "title" in schema else kinds[0]


def _error() -> Json:
    codes = {"type": "string", "enum": sorted(STATUS)}
    facts = {"code": codes, "message": {"type": "string"}, "retry_after_s": {"type": "number"}}
    inner = {"type": "object", "required": ["code", "message"], "properties": facts}
    status = "; ".join(f"{code}: {number}" for code, number in sorted(STATUS.items(), key=lambda item: item[::-1]))
    return {"type": "object", "required": ["error"], "properties": {"error": inner}, "description": status}


def _refused() -> Json:
    return {"$ref": "#/components/responses/Refused"}


def _ref(name: str) -> Json:
    return {"$ref": _REF.format(model=name)}


def _words(path: str) -> str:
    return "_".join(part.strip("{}").replace("-", "_").replace(".", "_") for part in path.split("/")[2:])
