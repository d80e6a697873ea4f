import { afterEach, expect, test, vi } from "vitest";
import { api, ApiError } from "./api";

afterEach(() => vi.unstubAllGlobals());

const answers = (...given: (Response | Error)[]) => {
  const fetched = vi.fn(async (_path: string, _init: RequestInit) => {
    const next = given.shift() ?? expect.fail("one call too many");
    if (next instanceof Error) throw next;
    return next;
  });
  vi.stubGlobal("fetch", fetched);
  return fetched;
};
const failure = async (work: Promise<unknown>): Promise<ApiError> => work.then(() => expect.fail("no error"), (cause) => (cause instanceof ApiError ? cause : expect.fail(String(cause))));
const refusal = (status: number, error: object, headers: Record<string, string> = {}) => new Response(JSON.stringify({ error }), { status, headers });

test("JSON goes there and comes back; 204 is nothing", async () => {
  const fetched = answers(new Response('{"id":"c1"}'), new Response(null, { status: 204 }));
  expect(await api("POST", "/api/conferences", { title: "Council" })).toEqual({ id: "c1" });
  expect(fetched.mock.lastCall?.[1]).toMatchObject({ method: "POST", body: '{"title":"Council"}', credentials: "same-origin" });
  expect(await api("DELETE", "/api/conferences/c1")).toBeUndefined();
});

test("a refusal has the server's code, its details and the time to wait", async () => {
  answers(refusal(400, { code: "bad_dates", message: "No.", field: "ends_at" }), refusal(429, { code: "too_many_tries", message: "Wait." }, { "Retry-After": "7" }));
  expect(await failure(api("GET", "/api/a"))).toMatchObject({ code: "bad_dates", message: "No.", status: 400, retryAfterS: null, details: { field: "ends_at" } });
  expect(await failure(api("GET", "/api/b"))).toMatchObject({ code: "too_many_tries", retryAfterS: 7 });
});

test("a server that cannot be reached, or goes away in the middle of its answer, is the network's fault", async () => {
  const broken = new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError("network error")) }));
  answers(new TypeError("Failed to fetch"), broken);
  expect(await failure(api("GET", "/api/a"))).toMatchObject({ code: "network", status: 0 });
  expect(await failure(api("GET", "/api/b"))).toMatchObject({ code: "network", status: 0 });
});

test("an answer that is no JSON is an error of the server", async () => {
  answers(new Response("<html>", { status: 502 }));
  expect(await failure(api("GET", "/api/a"))).toMatchObject({ code: "internal", status: 502 });
});
