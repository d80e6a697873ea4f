import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConferenceCard } from "./conference_card";
import { openCards } from "./home_data";
import { Messages } from "./messages";
import type { Conference, ConferenceItem, Message } from "./types";

const item = (fields: Partial<ConferenceItem> = {}): ConferenceItem => ({
  id: "c1", title: "Council", kind: "scheduled", starts_at: 1, ends_at: 2, ended_at: null, opens_at: 0, time_zone: "UTC", coordinator: "Olga", unit: null, participants: 0,
  participants_now: 0, record: false, state: "planned", mine: "owner", rsvp: null, rights: ["manage", "enter"], ...fields,
});

let root: HTMLElement;
let messages: unknown;
beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  HTMLElement.prototype.showPopover ??= () => undefined;
  HTMLElement.prototype.hidePopover ??= () => undefined;
  messages = { items: [], page: 1, size: 10, total: 0, delivery: { mail: "smtp", sms: "none" } };
  vi.stubGlobal("fetch", (url: string) => {
    const body = url.includes("/messages") ? messages : { ...item(), participant_url: "/j/a", moderator_url: "/j/b", number: "123456", pin: "123", admin_pin: "456", invitees: [] };
    return Promise.resolve(new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } }));
  });
});
afterEach(() => {
  render(null, root);
  root.remove();
  openCards.value = new Set();
  vi.unstubAllGlobals();
});

const button = (name: string) => [...root.querySelectorAll("button")].find((one) => one.textContent.includes(name));
const settled = () => act(() => new Promise<void>((resolve) => void setTimeout(resolve, 20)));

test("an open card stays open when its conference moves to another list, and others stay closed", async () => {
  const lists = (later: ConferenceItem[], today: ConferenceItem[]) => act(() => render(
    <><ul key="today">{today.map((one) => <ConferenceCard key={one.id} item={one} />)}</ul><ul key="later">{later.map((one) => <ConferenceCard key={one.id} item={one} />)}</ul></>, root));
  const open = () => [...root.querySelectorAll("[data-conference]")].filter((card) => card.querySelector(".portal-details") !== null).map((card) => card.getAttribute("data-conference"));
  await lists([item(), item({ id: "c2" })], []);
  expect(open()).toEqual([]);
  await act(() => button("Access and people")?.click());
  await settled();
  expect(open()).toEqual(["c1"]);
  await lists([item({ id: "c2" })], [item({ state: "open" })]);
  await settled();
  expect(open()).toEqual(["c1"]);
  expect(button("Hide")?.getAttribute("aria-expanded")).toBe("true");
  await act(() => button("Hide")?.click());
  await lists([item(), item({ id: "c2" })], []);
  expect(open()).toEqual([]);
});

test("setting a new date is the first button of a postponed conference, and of no other", async () => {
  const actions = () => [...root.querySelectorAll(".portal-actions > button")].map((one) => one.textContent);
  await act(() => render(<ConferenceCard item={item({ state: "postponed" })} />, root));
  expect(actions()[0]).toBe("Set a new date");
  expect(button("Set a new date")?.className).toContain("ui-button-primary");
  await act(() => button("Set a new date")?.click());
  expect(root.querySelector("dialog h2")?.textContent).toContain("Council");
  await act(() => render(<ConferenceCard item={item({ state: "postponed", rights: ["connect"] })} />, root));
  expect(button("Set a new date")).toBeUndefined();
  await act(() => render(<ConferenceCard item={item()} />, root));
  expect(button("Set a new date")).toBeUndefined();
});

test.each([["smtp", "file", ["Sent", "Written to the folder", "Waiting"]], ["folder", "http", ["Written to the folder", "Sent", "Waiting"]]])(
  "what went by %s and %s is called as it is", async (mail, sms, wanted) => {
    const message = (id: number, channel: "mail" | "sms", state: Message["state"]): Message => ({ id, kind: "invitation", channel, invitee: null, state, due_at: 1, sent_at: 1, tries: 1, error: null, retry: false });
    messages = { items: [message(1, "mail", "sent"), message(2, "sms", "sent"), message(3, "mail", "waiting")], page: 1, size: 10, total: 3, delivery: { mail, sms } };
    await act(() => render(<Messages conference={{ id: "c1" } as Conference} />, root));
    await settled();
    expect([...root.querySelectorAll(".ui-badge")].map((one) => one.textContent)).toEqual(wanted);
  });
