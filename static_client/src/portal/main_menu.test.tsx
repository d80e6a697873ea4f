import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { navigate, parseRoute } from "../app/router";
import { chooseLanguage } from "../i18n";
import { Page } from "../ui/page";
import { user, type User } from "./account";
import { folds, placesOf, SIGN_IN } from "./menu_places";

const who = (fields: Partial<User>): User => ({
  id: "u1", name: "Olga Lis", given_name: "Olga", surname: "Lis", email: null, role: "user", state: "active", body: { id: "b1", name: "Town" }, unit: null,
  language: "", time_zone: "", must: [], rights: [], two_factor: false, ...fields,
});
const simple = who({});
const unit = who({ role: "unit_coordinator", rights: ["groups"] });
const head = who({ role: "body_coordinator", rights: ["groups", "people"] });
const administrator = who({ role: "administrator", body: null, rights: ["groups", "people", "bodies", "content_edit"] });

HTMLElement.prototype.showPopover ??= () => undefined;
let root: HTMLElement;
let width = 1200;
beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockImplementation(() => width);
  vi.stubGlobal("fetch", () => Promise.reject(new Error("no server in this test")));
  navigate("/");
});
afterEach(async () => {
  await act(() => chooseLanguage("en", { remember: true }));
  render(null, root);
  root.remove();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  user.value = undefined;
  width = 1200;
});

const show = async (as: User | null) => {
  user.value = as;
  await act(() => render(<Page title="Somewhere"><h1>Somewhere</h1></Page>, root));
};
const header = () => root.querySelector("header") ?? expect.fail("no head");
const links = () => [...header().querySelectorAll<HTMLAnchorElement>("nav a")].map((one) => one.textContent);

test.each([
  [null, ["Help", "Contact", "Sign in"]],
  [simple, ["Home", "Conferences", "Help", "Contact"]],
  [unit, ["Home", "Conferences", "Users", "Body", "Help", "Contact"]],
  [head, ["Home", "Conferences", "Users", "Body", "Help", "Contact"]],
  [administrator, ["Home", "Conferences", "Users", "Body", "Administration", "Help", "Contact"]],
  [who({ must: ["confirm_email"], rights: ["groups"] }), ["Help", "Contact"]],
])("each role has its places, visitors have help, contact and signing in (E2-84) %#", async (as, wanted) => {
  await show(as);
  expect(links()).toEqual(wanted);
});

test("each place is a page of ours, and is the current one there and nowhere else (E2-84)", async () => {
  for (const place of [...placesOf(administrator), SIGN_IN]) expect(place.pages, place.href).toContain(parseRoute(place.href).page);
  await show(administrator);
  for (const { href } of placesOf(administrator)) {
    await act(() => navigate(href));
    const current = [...header().querySelectorAll("[aria-current=page]")].map((one) => one.getAttribute("href"));
    expect(current).toEqual([href]);
  }
  await act(() => navigate("/home"));
  expect(header().querySelector("[aria-current=page]")?.textContent).toBe("Conferences");
});

test("the account by its initials has its page and the way out, and nothing that stands beside it (E2-84)", async () => {
  await show(head);
  const button = header().querySelector<HTMLButtonElement>("[aria-haspopup=menu]");
  expect(button?.textContent).toBe("OL");
  await act(() => button?.click());
  expect([...header().querySelectorAll("[role=menuitem]")].map((one) => one.textContent)).toEqual(["My account", "Sign out"]);
});

test("on a phone there is one button with all of it (E2-84)", async () => {
  width = 300;
  await show(head);
  expect(links()).toEqual([]);
  const buttons = header().querySelectorAll<HTMLButtonElement>("button");
  expect([...buttons].map((one) => one.textContent)).toEqual(["Menu"]);
  await act(() => buttons[0]?.click());
  const items = [...header().querySelectorAll("[role=menuitem]")];
  expect(items.map((one) => one.textContent)).toEqual(["Home", "Conferences", "Users", "Body", "Help", "Contact", "My account", "Sign out"]);
  expect(items.map((one) => one.getAttribute("aria-current")).indexOf("page")).toBe(0);
});

test("longer words and larger letters fold the menu earlier", () => {
  const english = ["Home", "Conferences", "Users", "Body", "Help", "Contact", "account"];
  const greek = ["Αρχική", "Τηλεδιασκέψεις", "Χρήστες", "Φορέας", "Βοήθεια", "Επικοινωνία", "account"];
  expect([folds(english, 60), folds(english, 24)]).toEqual([false, true]);
  expect(folds(english, 36)).toBe(false);
  expect(folds(greek, 36)).toBe(true);
  expect(folds(["Help"], 24)).toBe(true);
});

test("a page at the door of a meeting that goes on leads nowhere else", async () => {
  user.value = head;
  await act(() => render(<Page title="Lobby" bare><h1>Lobby</h1></Page>, root));
  expect([...root.querySelectorAll("a")].map((one) => one.getAttribute("href"))).toEqual(["#main", "/"]);
});

test("every page ends with help, contact and the texts that bind (E1-29)", async () => {
  await show(null);
  const foot = [...root.querySelectorAll<HTMLAnchorElement>("footer a")].map((one) => one.getAttribute("href") ?? "");
  expect(foot).toEqual(["/help", "/contact", "/terms", "/privacy", "/security"]);
  for (const href of foot) expect(parseRoute(href).page).toBe(href.slice(1));
});
