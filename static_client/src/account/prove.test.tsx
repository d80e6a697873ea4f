import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Prove } from "./prove";
import { waysIn } from "../portal/account";

let root: HTMLElement;
let answer: (response: Response) => void;
beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  vi.spyOn(HTMLDialogElement.prototype, "showModal").mockImplementation(function (this: HTMLDialogElement) {
    this.setAttribute("open", "");
  });
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => {
    answer = resolve;
  }));
});
afterEach(() => {
  render(null, root);
  root.remove();
  waysIn.value = null;
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const go = () => root.querySelector<HTMLButtonElement>("button[form=prove]") ?? expect.fail("no button");
const busy = () => go().getAttribute("aria-busy");

test("while the server looks at the password, the button says so and waits", async () => {
  const done = vi.fn();
  await act(() => render(<Prove ways={{ password: true, code: false, provider: false }} done={done} />, root));
  const field = root.querySelector<HTMLInputElement>("input[autocomplete=current-password]") ?? expect.fail("no field");
  field.value = "correct horse battery";
  await act(() => void field.dispatchEvent(new Event("input", { bubbles: true })));
  expect(busy()).toBeNull();
  await act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  expect(busy()).toBe("true");
  await act(async () => answer(new Response(JSON.stringify({ error: { code: "wrong_credentials", message: "No." } }), { status: 403 })));
  await vi.waitFor(() => expect(busy()).toBeNull());
  expect(done).not.toHaveBeenCalled();
  await act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  await act(async () => answer(new Response("{}")));
  await vi.waitFor(() => expect(done).toHaveBeenCalledWith(true));
});

test("the provider's sign-in comes back to this very page", async () => {
  history.replaceState(null, "", "/users?page=2#groups");
  waysIn.value = { oidc: { name: "Sign-in service" }, password: false };
  await act(() => render(<Prove ways={{ password: false, code: false, provider: true }} done={() => undefined} />, root));
  const link = root.querySelector<HTMLAnchorElement>("a[href^='/api/oidc/start']");
  expect(new URL(link?.href ?? "", location.origin).searchParams.get("return_to")).toBe("/users?page=2#groups");
});
