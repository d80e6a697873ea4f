import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chooseLanguage, t } from "../i18n";
import { user } from "../portal/account";
import { LanguagePicker } from "./language_picker";
import { Page } from "./page";

let root: HTMLElement;
beforeEach(() => {
  user.value = null;
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(async () => {
  await act(() => chooseLanguage("en", { remember: true }));
  render(null, root);
  root.remove();
  localStorage.clear();
});

const picker = (): HTMLSelectElement => root.querySelector("select") ?? expect.fail("no picker");

test("languages are named in themselves, each with its lang, and the shown one is selected", async () => {
  await act(() => render(<LanguagePicker />, root));
  expect([...picker().options].map((one) => [one.textContent, one.lang])).toEqual([["Ελληνικά", "el"], ["English", "en"], ["Polski", "pl"], ["Română", "ro"]]);
  expect(picker().value).toBe("en");
  expect(root.querySelector("label")?.htmlFor).toBe(picker().id);
});

test("another language renders the whole page again, without a reload, and the title of the window too", async () => {
  await act(() => render(<Shown />, root));
  const before = root.querySelector("footer p")?.textContent;
  expect(document.title).toContain("Language");
  await act(async () => {
    picker().value = "pl";
    picker().dispatchEvent(new Event("change", { bubbles: true }));
    await chooseLanguage("pl", { remember: true });
  });
  expect(root.querySelector("footer p")?.textContent).not.toBe(before);
  expect(root.querySelector("h1")?.textContent).not.toBe("Language");
  expect(document.title).not.toContain("Language");
  expect([picker().value, document.documentElement.lang]).toEqual(["pl", "pl"]);
});

function Shown() {
  return <Page title={t("ui.language")}><h1>{t("ui.language")}</h1></Page>;
}
