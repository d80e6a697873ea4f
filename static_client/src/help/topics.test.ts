import { expect, test } from "vitest";
import { titled, topicOfDevice } from "./topics";

test("the help of one's own device comes first (E0-6, E0-34)", () => {
  expect(topicOfDevice("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36", 10)).toBe("computer");
  expect(topicOfDevice("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", 0)).toBe("computer");
  expect(topicOfDevice("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/140.0 Mobile Safari/537.36", 5)).toBe("android");
  expect(topicOfDevice("Mozilla/5.0 (Linux; Android 14; SM-X710) Chrome/140.0 Safari/537.36", 5)).toBe("android");
  expect(topicOfDevice("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1", 5)).toBe("iphone");
  expect(topicOfDevice("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1", 5)).toBe("iphone");
});

test("the first line of a text is its heading only where it is one", () => {
  expect(titled("# Terms\n\nOne")).toEqual({ title: "Terms", rest: "\nOne" });
  expect(titled("\n## Terms")).toEqual({ title: "Terms", rest: "" });
  expect(titled("One\n# Terms")).toEqual({ title: null, rest: "One\n# Terms" });
});
