import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pendingEntry } from "../app/entry";
import { formatDateTime } from "../i18n/formats";
import { JoinForm } from "./join_form";

let root: HTMLElement;
const answers = vi.fn<(path: string, init: RequestInit) => Response>();
beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  pendingEntry.value = null;
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => answers(path, init));
  vi.stubGlobal("scrollTo", () => undefined);
});
afterEach(() => {
  render(null, root);
  root.remove();
  answers.mockReset();
  vi.unstubAllGlobals();
});

const refused = (status: number, code: string, more: object = {}) => new Response(JSON.stringify({ error: { code, message: "Server words.", ...more } }), { status });
const type = (name: string, value: string) => act(() => {
  const input = root.querySelector<HTMLInputElement>(`input[name=${name}]`) ?? expect.fail(name);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
});
const submit = () => act(async () => {
  root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  for (let i = 0; i < 8; i++) await Promise.resolve();
  await new Promise((done) => setTimeout(done, 0));
});

test("number and PIN are checked before the room is entered; the PIN stays out of the address", async () => {
  answers.mockReturnValue(new Response("{}", { status: 200 }));
  await act(() => render(<JoinForm />, root));
  await type("conference", "482 913");
  await type("pin", "731 902 645");
  await submit();
  expect(answers.mock.calls[0]?.[0]).toBe("/api/join/check");
  expect(JSON.parse(String(answers.mock.calls[0]?.[1].body))).toEqual({ number: "482913", pin: "731902645" });
  expect(pendingEntry.value).toEqual({ kind: "pin", number: "482913", pin: "731902645" });
  expect(location.href).not.toContain("731");
});

test("a wrong PIN is told at the PIN, without saying which of the two was wrong", async () => {
  answers.mockReturnValue(refused(404, "wrong_pin"));
  await act(() => render(<JoinForm />, root));
  await type("conference", "482913");
  await type("pin", "1");
  await submit();
  expect(root.querySelector("input[name=pin]")?.getAttribute("aria-invalid")).toBe("true");
  expect(root.textContent).toContain("Number and PIN do not belong together");
  expect(pendingEntry.value).toBeNull();
});

test("after too many tries the form waits for as long as the server says", async () => {
  answers.mockReturnValue(refused(429, "too_many_tries", { retry_after_s: 42 }));
  await act(() => render(<JoinForm />, root));
  await type("conference", "482913");
  await type("pin", "1");
  await submit();
  expect(root.textContent).toContain("Please wait 42 seconds");
  expect(root.querySelector<HTMLButtonElement>("button[type=submit]")?.disabled).toBe(true);
});

test("a wait of hours says until when, and a pasted link goes on at once", async () => {
  const waitS = 20 * 3600;
  answers.mockReturnValue(refused(429, "too_many_tries", { retry_after_s: waitS }));
  await act(() => render(<JoinForm />, root));
  await type("conference", "482913");
  await type("pin", "1");
  const before = Date.now();
  await submit();
  const times = [before, Date.now()].map((now) => formatDateTime(now + 1000 * waitS));
  expect(times.some((time) => root.querySelector(".ui-banner")?.textContent?.includes(`again from ${time} on`))).toBe(true);
  expect(root.querySelector<HTMLButtonElement>("button[type=submit]")?.disabled).toBe(true);
  await type("conference", `${location.origin}/j/Qm1x`);
  expect(root.querySelector<HTMLButtonElement>("button[type=submit]")?.disabled).toBe(false);
  await submit();
  expect(location.pathname).toBe("/j/Qm1x");
});

test.each(["full", "locked", "ended", "expired", "banned"])("%s is said in our words, in place", async (code) => {
  answers.mockReturnValue(refused(409, code));
  await act(() => render(<JoinForm />, root));
  await type("conference", "482913");
  await type("pin", "1");
  await submit();
  expect(root.querySelector("[role=alert].ui-banner")?.textContent).toBeTruthy();
  expect(root.textContent).not.toContain("Server words.");
});

test("a pasted link needs no PIN and leads to its own page", async () => {
  await act(() => render(<JoinForm />, root));
  await type("conference", `${location.origin}/j/Qm1x`);
  expect(root.querySelector("input[name=pin]")).toBeNull();
  await submit();
  expect(location.pathname).toBe("/j/Qm1x");
  expect(answers).not.toHaveBeenCalled();
});

test("nothing typed: told at the field, nothing sent", async () => {
  await act(() => render(<JoinForm />, root));
  await submit();
  expect(root.querySelector("input[name=conference]")?.getAttribute("aria-invalid")).toBe("true");
  expect(answers).not.toHaveBeenCalled();
});
