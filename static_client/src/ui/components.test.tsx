import { render, type ComponentChildren } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Button, IconButton, ToggleButton } from "./button";
import { Avatar, CopyField, Tabs } from "./display";
import { Dialog } from "./dialog";
import { Field, FileField, RadioCards, TextInput } from "./field";
import { Menu, type MenuEntry } from "./menu";
import { announce, dismiss, politeText, toast, toasts, ToastHost } from "./toast";

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  // What the test DOM lacks of the popover and dialog interfaces.
  HTMLElement.prototype.showPopover ??= function (this: HTMLElement) {};
  HTMLElement.prototype.hidePopover ??= function (this: HTMLElement) {};
});
afterEach(() => {
  render(null, root);
  root.remove();
  toasts.value = [];
});

const show = async (what: ComponentChildren) => act(() => render(what, root));
const one = <E extends HTMLElement>(selector: string): E => root.querySelector<E>(selector) ?? expect.fail(`no ${selector}`);
const press = async (target: EventTarget, key: string) => act(() => void target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));

test("a button is of type button unless told otherwise, so that it submits nothing by accident", async () => {
  await show(<Button>Go</Button>);
  expect(one<HTMLButtonElement>("button").type).toBe("button");
});

test("a busy button cannot be pressed twice and says that it is busy", async () => {
  const pressed = vi.fn();
  await show(<Button busy onClick={pressed}>Go</Button>);
  one("button").click();
  expect(pressed).not.toHaveBeenCalled();
  expect(one("button").getAttribute("aria-busy")).toBe("true");
});

test("an icon button has a name, a tooltip and its shortcut", async () => {
  await show(<IconButton icon="mic" label="Microphone" tip="Mute" shortcut="M" />);
  const button = one("button");
  expect(button.getAttribute("aria-label")).toBe("Microphone");
  expect(button.dataset["tip"]).toBe("Mute");
  expect(button.getAttribute("aria-keyshortcuts")).toBe("M");
  expect(button.hasAttribute("aria-pressed")).toBe(false);
});

test("a toggle keeps its name and changes aria-pressed and tooltip", async () => {
  const make = (pressed: boolean) => <ToggleButton icon="grid" label="Grid" tip="Show grid" tipPressed="Hide grid" pressed={pressed} />;
  await show(make(false));
  expect([one("button").getAttribute("aria-pressed"), one("button").dataset["tip"]]).toEqual(["false", "Show grid"]);
  await show(make(true));
  expect([one("button").getAttribute("aria-pressed"), one("button").dataset["tip"], one("button").getAttribute("aria-label")]).toEqual(["true", "Hide grid", "Grid"]);
});

test("a file is chosen with a button of ours, which has a name, says what was chosen and may read the same file again", async () => {
  const read = vi.fn();
  await show(<FileField label="Read a list" accept=".csv" name={null} onFile={read} />);
  const input = one<HTMLInputElement>("input[type=file]");
  const words = (attribute: string) => (input.getAttribute(attribute) ?? "").split(" ").map((id) => document.getElementById(id)?.textContent).join(" ");
  expect([words("aria-labelledby"), words("aria-describedby"), input.hidden, input.tabIndex]).toEqual(["Read a list Choose a file", "No file chosen", false, 0]);
  const file = new File(["Ana"], "people.csv");
  for (let times = 1; times <= 2; times += 1) {
    input.files = [file] as unknown as FileList;
    expect(input.value).toMatch(/people\.csv$/);
    await act(() => void input.dispatchEvent(new Event("change", { bubbles: true })));
    expect([read.mock.calls.length, read.mock.lastCall?.[0], input.value]).toEqual([times, file, ""]);
  }
  await show(<FileField label="Read a list" accept=".csv" name="people.csv" onFile={read} />);
  expect(words("aria-describedby")).toBe("people.csv");
});

test("a disabled icon button keeps its place in the tab order and does nothing", async () => {
  const pressed = vi.fn();
  await show(<IconButton icon="mic" label="Microphone" disabled onClick={pressed} />);
  one("button").click();
  expect(pressed).not.toHaveBeenCalled();
  expect(one("button").getAttribute("aria-disabled")).toBe("true");
  expect(one<HTMLButtonElement>("button").disabled).toBe(false);
});

test("a field ties label, hint and error to its input", async () => {
  await show(<Field label="Name" hint="As others see it" error="Too short"><TextInput value="" onInput={() => undefined} /></Field>);
  const input = one<HTMLInputElement>("input");
  expect(one<HTMLLabelElement>("label").getAttribute("for")).toBe(input.id);
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent);
  expect(described).toEqual(["As others see it", "Too short"]);
  expect(input.getAttribute("aria-invalid")).toBe("true");
});

test("a field without error is not marked invalid", async () => {
  await show(<Field label="Name" error={null}><TextInput value="" onInput={() => undefined} /></Field>);
  expect(one("input").hasAttribute("aria-invalid")).toBe(false);
});

test("radio cards are one group with one name and report the choice", async () => {
  const chosen = vi.fn();
  await show(<RadioCards legend="Role" name="role" value="a" onChange={chosen} options={[{ value: "a", label: "A" }, { value: "b", label: "B", hint: "Second" }]} />);
  const inputs = [...root.querySelectorAll<HTMLInputElement>("input")];
  expect(inputs.map((input) => [input.name, input.checked])).toEqual([["role", true], ["role", false]]);
  await act(() => inputs[1]?.click());
  expect(chosen).toHaveBeenCalledWith("b");
});

test("arrow keys go from tab to tab and around the end", async () => {
  const changed = vi.fn();
  await show(<Tabs prefix="t" label="Tabs" value="b" onChange={changed} tabs={[{ id: "a", label: "A" }, { id: "b", label: "B" }]} />);
  expect(one("#t-tab-b").tabIndex).toBe(0);
  expect(one("#t-tab-a").tabIndex).toBe(-1);
  await press(one("[role=tablist]"), "ArrowRight");
  expect(changed).toHaveBeenLastCalledWith("a");
});

const entries = (run: (what: string) => void): MenuEntry[] => [
  { label: "Mute", onSelect: () => run("mute") },
  { separator: true },
  { label: "Remove", disabled: true, onSelect: () => run("remove") },
  { label: "Ban", danger: true, onSelect: () => run("ban") },
];

test("a menu opens with focus on its first entry and arrow keys go around", async () => {
  await show(<Menu label="More" items={entries(() => undefined)} />);
  expect(one("button").getAttribute("aria-expanded")).toBe("false");
  await act(() => one("button").click());
  expect(one("button").getAttribute("aria-expanded")).toBe("true");
  expect(document.activeElement?.textContent).toBe("Mute");
  await press(document.activeElement as Element, "ArrowUp");
  expect(document.activeElement?.textContent).toBe("Ban");
  await press(document.activeElement as Element, "ArrowDown");
  expect(document.activeElement?.textContent).toBe("Mute");
  await press(document.activeElement as Element, "b");
  expect(document.activeElement?.textContent).toBe("Ban");
});

async function staysBeside(target: HTMLElement, float: () => HTMLElement, open: () => void): Promise<void> {
  const top = () => Number.parseFloat(float().style.top);
  const box = vi.spyOn(target, "getBoundingClientRect");
  box.mockReturnValue(new DOMRect(100, 40, 48, 48));
  open();
  await vi.waitFor(() => expect(top()).toBeGreaterThan(88));
  const before = top();
  box.mockReturnValue(new DOMRect(100, 100, 48, 48));
  await vi.waitFor(() => expect(top()).toBe(before + 60));
}

test("an open menu stays beside its button when something moves the button without a word", async () => {
  await show(<Menu label="More" items={[{ label: "Settings" }]} />);
  await staysBeside(one("button"), () => one("[role=menu]"), () => one("button").click());
});

test("a tooltip does so too, and stays where it is when its button goes away", async () => {
  await show(<><IconButton icon="chat" label="Chat" /><ToastHost /></>);
  const [target, tip] = [one("button"), one(".ui-tooltip")];
  await staysBeside(target, () => tip, () => target.dispatchEvent(new PointerEvent("pointerover", { bubbles: true })));
  const before = tip.style.top;
  target.remove();
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  expect(tip.style.top).toBe(before);
});

test("escape closes a menu and gives the focus back to its button", async () => {
  await show(<Menu label="More" items={entries(() => undefined)} />);
  await act(() => one("button").click());
  await press(document.activeElement as Element, "Escape");
  expect(root.querySelector("[role=menu]")).toBeNull();
  expect(document.activeElement).toBe(one("button"));
});

test("choosing an entry runs it once; a disabled one does nothing and stays open", async () => {
  const run = vi.fn();
  await show(<Menu label="More" items={entries(run)} />);
  await act(() => one("button").click());
  const items = [...root.querySelectorAll<HTMLElement>("[role=menuitem]")];
  await act(() => items[1]?.click());
  expect(run).not.toHaveBeenCalled();
  await act(() => items[2]?.click());
  expect(run.mock.calls).toEqual([["ban"]]);
  expect(root.querySelector("[role=menu]")).toBeNull();
});

test("a dialog is modal, is named by its title and asks to be closed on cancel", async () => {
  const close = vi.fn();
  const modal = vi.spyOn(HTMLDialogElement.prototype, "showModal").mockImplementation(function (this: HTMLDialogElement) {
    this.setAttribute("open", "");
  });
  await show(<Dialog open title="Sure?" onClose={close}>Text</Dialog>);
  expect(modal).toHaveBeenCalledOnce();
  const dialog = one("dialog");
  expect(document.getElementById(dialog.getAttribute("aria-labelledby") ?? "")?.textContent).toBe("Sure?");
  await act(() => void dialog.dispatchEvent(new Event("cancel", { cancelable: true })));
  expect(close).toHaveBeenCalledOnce();
  modal.mockRestore();
});

test("toasts are announced, replaced by key and at most four", async () => {
  toast({ text: "One", key: "k", ms: 0 });
  toast({ text: "Two", key: "k", ms: 0 });
  expect(toasts.value.map((it) => it.text)).toEqual(["Two"]);
  for (const text of ["a", "b", "c", "d"]) toast({ text, ms: 0 });
  expect(toasts.value.map((it) => it.text)).toEqual(["a", "b", "c", "d"]);
  expect(politeText.value.trim()).toBe("d");
  dismiss(toasts.value[0]?.id ?? -1);
  expect(toasts.value).toHaveLength(3);
});

test("a toast goes by itself after its time", () => {
  vi.useFakeTimers();
  toast({ text: "Brief", ms: 1000 });
  vi.advanceTimersByTime(999);
  expect(toasts.value).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(toasts.value).toHaveLength(0);
  vi.useRealTimers();
});

test("the same sentence twice is heard twice", () => {
  announce("Muted");
  const first = politeText.value;
  announce("Muted");
  expect(politeText.value).not.toBe(first);
  expect(politeText.value.trim()).toBe("Muted");
});

test("a toast's action runs and closes it", async () => {
  const run = vi.fn();
  await show(<ToastHost />);
  await act(() => void toast({ text: "Hand lowered", action: { label: "Undo", run }, ms: 0 }));
  const undo = [...root.querySelectorAll("button")].find((button) => button.textContent === "Undo");
  await act(() => undo?.click());
  expect(run).toHaveBeenCalledOnce();
  expect(toasts.value).toHaveLength(0);
});

test("a copy field shows groups of digits and copies the bare value", async () => {
  const write = vi.fn().mockResolvedValue(undefined);
  vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText: write } });
  await show(<CopyField label="PIN" value="731902645" shown="731 902 645" />);
  expect(one("output").textContent).toBe("731 902 645");
  await act(async () => {
    one("button").click();
    await Promise.resolve();
  });
  expect(write).toHaveBeenCalledWith("731902645");
  vi.unstubAllGlobals();
});

test("an avatar is decoration: hidden from assistive technology", async () => {
  await show(<Avatar name="Anna Kowalska" id="p1" />);
  expect(one(".ui-avatar").getAttribute("aria-hidden")).toBe("true");
  expect(one(".ui-avatar").textContent).toBe("AK");
});
