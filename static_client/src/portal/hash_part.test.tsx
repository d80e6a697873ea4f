import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { useHashPart } from "./hash_part";

let root: HTMLElement;
let shown: string;
let choose: (part: string) => void;

function Page({ first }: { first?: string }) {
  [shown, choose] = useHashPart(first);
  return null;
}

const show = (first?: string) => act(() => render(<Page {...(first === undefined ? {} : { first })} />, root));
const address = () => location.pathname + location.search + location.hash;
const come = (hash: string) => act(() => {
  history.replaceState(null, "", `/users?page=2${hash}`);
  window.dispatchEvent(new Event("hashchange"));
});

beforeEach(() => {
  root = document.createElement("div");
  history.replaceState(null, "", "/users?page=2#groups");
});
afterEach(() => render(null, root));

test("the part of the address is shown, and follows it", async () => {
  await show();
  expect(shown).toBe("groups");
  await come("#users");
  expect(shown).toBe("users");
});

test("a part that is chosen stands in the address, without the other's parameters and without a step back to it", async () => {
  const steps = history.length;
  await show();
  await act(() => choose("approval"));
  expect([shown, address(), history.length]).toEqual(["approval", "/users#approval", steps]);
});

test("the first part needs no name", async () => {
  await show("coming");
  await act(() => choose("coming"));
  expect([shown, address()]).toEqual(["coming", "/users"]);
  await come("#history");
  expect(shown).toBe("history");
  await come("");
  expect(shown).toBe("coming");
});

test("whoever leaves the page listens no more", async () => {
  await show();
  await act(() => render(null, root));
  await come("#users");
  expect(shown).toBe("groups");
});
