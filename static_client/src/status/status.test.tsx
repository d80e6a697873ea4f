import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { maybe } from "../i18n";
import { user } from "../portal/account";
import { looks, StatusPage, type StatusCode } from "./status";

let root: HTMLElement;
beforeEach(() => {
  user.value = null;
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.useRealTimers();
});
const codes = Object.keys(looks) as StatusCode[];

test.each(codes)("%s has its own words, a heading that takes the focus, and a next step", async (code) => {
  await act(() => render(<StatusPage code={code} />, root));
  const heading = root.querySelector("h1");
  expect(heading?.textContent).toBe(maybe(`status.${code}.title`));
  expect(document.activeElement).toBe(heading);
  expect(root.querySelectorAll(".status-steps a, .status-steps button").length).toBeGreaterThan(0);
  expect(document.title).toContain(heading?.textContent ?? "?");
});

test("no two pages say the same", () => {
  expect(new Set(codes.map((code) => maybe(`status.${code}.title`))).size).toBe(codes.length);
  expect(new Set(codes.map((code) => maybe(`status.${code}.text`))).size).toBe(codes.length);
});

test.each(["wrong_link", "wrong_pin", "too_many_tries", "expired", "ended", "full", "locked", "kicked", "banned"] as const)("the join error %s of the protocol has a page", (code) => {
  expect(codes).toContain(code);
});

test("whoever was removed learns by whom", async () => {
  await act(() => render(<StatusPage code="kicked" actorName="Anna" title="Council" />, root));
  expect(root.textContent).toContain("Anna removed you");
  expect(root.textContent).toContain("Council");
});

test("trying again is offered only when the wait is over", async () => {
  vi.useFakeTimers();
  const retry = vi.fn();
  await act(() => render(<StatusPage code="too_many_tries" retry={retry} retryAfterS={3} />, root));
  const button = () => [...root.querySelectorAll("button")].find((one) => one.textContent === "Try again");
  expect(button()?.disabled).toBe(true);
  expect(root.textContent).toContain("3 seconds");
  await act(() => void vi.advanceTimersByTime(3200));
  expect(button()?.disabled).toBe(false);
  button()?.click();
  expect(retry).toHaveBeenCalledOnce();
});

test("a wait of hours says until when", async () => {
  await act(() => render(<StatusPage code="too_many_tries" retryAfterS={20 * 3600} />, root));
  expect(root.querySelector("[role=timer]")?.textContent).toMatch(/from .*\d\d:\d\d on/);
});

test("who came in from the own conferences goes on to them, and needs no new invitation", async () => {
  await act(() => render(<StatusPage code="ended" backTo="/home" />, root));
  expect(root.querySelector<HTMLAnchorElement>(".status-steps a")?.getAttribute("href")).toBe("/home");
  expect(root.textContent).not.toContain("new invitation");
  await act(() => render(<StatusPage code="ended" backTo="/pin" />, root));
  expect(root.querySelector<HTMLAnchorElement>(".status-steps a")?.getAttribute("href")).toBe("/");
  expect(root.textContent).toContain("new invitation");
});

test("join again leads back to the link one came by", async () => {
  await act(() => render(<StatusPage code="left" backTo="/j/Qm1" />, root));
  expect(root.querySelector<HTMLAnchorElement>(".status-steps a")?.getAttribute("href")).toBe("/j/Qm1");
});
