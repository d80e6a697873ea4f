import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BulkDialog } from "./bulk";

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  vi.spyOn(HTMLDialogElement.prototype, "showModal").mockImplementation(function (this: HTMLDialogElement) {
    this.setAttribute("open", "");
  });
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.restoreAllMocks();
});

async function choose(file: File): Promise<void> {
  const input = root.querySelector<HTMLInputElement>("input[type=file]") ?? expect.fail("no chooser");
  input.files = [file] as unknown as FileList;
  await act(async () => {
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await Promise.resolve();
  });
}

test("a file that cannot be read is told, and one that can takes its place", async () => {
  await act(() => render(<BulkDialog path="/api/conferences/c1/invitees" onClose={() => undefined} onAdded={() => undefined} />, root));
  const text = () => root.querySelector("textarea")?.value;
  const gone = new File([], "gone.csv");
  gone.text = () => Promise.reject(new DOMException("moved", "NotFoundError"));
  await choose(gone);
  await vi.waitFor(() => expect(root.textContent).toContain("That did not work."));
  expect([text(), root.textContent?.includes("gone.csv")]).toEqual(["", false]);
  await choose(new File(["Ana;ana@example.org"], "people.csv"));
  await vi.waitFor(() => expect(text()).toBe("Ana;ana@example.org"));
  expect(root.textContent).toContain("people.csv");
  expect(root.textContent).not.toContain("That did not work.");
});
