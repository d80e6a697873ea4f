import { beforeEach, describe, expect, test } from "vitest";
import { browserFamily, loadChoices, problemOf, saveChoices } from "./devices";
import { loudness } from "./level";
import { clearSession, loadSession, saveSession, type StoredSession } from "./session_store";

const named = (name: string, message = ""): Error => Object.assign(new Error(message), { name });

describe("why a device cannot be used", () => {
  test("each error of the browsers has one plain reason", () => {
    expect(problemOf(named("NotAllowedError"))).toBe("denied");
    expect(problemOf(named("NotAllowedError", "Permission dismissed"))).toBe("dismissed");
    expect(problemOf(named("NotFoundError"))).toBe("missing");
    expect(problemOf(named("OverconstrainedError"))).toBe("missing");
    expect(problemOf(named("NotReadableError"))).toBe("busy");
    expect(problemOf("nonsense")).toBe("failed");
  });

  test("the help is in the words of the browser at hand", () => {
    expect(browserFamily("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36")).toBe("chromium");
    expect(browserFamily("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0")).toBe("firefox");
    expect(browserFamily("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 CriOS/156 Mobile Safari/604")).toBe("ios");
    expect(browserFamily("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537 Chrome/156 Mobile Safari/537")).toBe("android");
    expect(browserFamily("Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/19 Safari/605")).toBe("safari");
  });
});

describe("what is remembered", () => {
  beforeEach(() => {
    localStorage.clear();
    sessionStorage.clear();
  });

  test("S-27: the camera is off until somebody turns it on", () => {
    expect(loadChoices().cameraOn).toBe(false);
    saveChoices({ cameraOn: true, name: "Anna" });
    expect(loadChoices()).toMatchObject({ cameraOn: true, name: "Anna", micOn: true });
  });

  test("broken storage gives the defaults", () => {
    localStorage.setItem("plenum.choices", "{not json");
    expect(loadChoices().micOn).toBe(true);
    sessionStorage.setItem("plenum.session", "[]");
    expect(loadSession(0)).toBeNull();
  });

  test("a token that has run out is not used again", () => {
    const stored: StoredSession = {
      token: "t", expiresAt: 1000, name: "Anna", consent: null, mode: "speak", mic: true, camera: false, connection: 2, back: "/j/x",
      conference: { id: "c", title: "T", record: false, start_as: "speaker", who_presents: "everyone" },
    };
    saveSession(stored);
    expect(loadSession(999)).toEqual(stored);
    expect(loadSession(1000)).toBeNull();
    clearSession();
    expect(loadSession(0)).toBeNull();
  });
});

test("loudness is 0 for silence, 1 for a full tone, and in between for a quiet voice", () => {
  expect(loudness(new Float32Array(1024))).toBe(0);
  expect(loudness(Float32Array.from({ length: 1024 }, (_, i) => Math.sin(i / 5)))).toBe(1);
  const quiet = loudness(Float32Array.from({ length: 1024 }, (_, i) => 0.02 * Math.sin(i / 5)));
  expect(quiet).toBeGreaterThan(0.2);
  expect(quiet).toBeLessThan(0.7);
});
