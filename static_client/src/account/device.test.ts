import { expect, test } from "vitest";
import { deviceKind } from "./device";

test("computers, tablets and phones are told apart (E0-4, E0-6)", () => {
  const ua = {
    windows: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    mac: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/18.0 Safari/605.1",
    iphone: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Mobile/15E148 Safari/604.1",
    pixel: "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
    fenix: "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
    galaxyTab: "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
  };
  expect(deviceKind(ua.windows, 0)).toBe("computer");
  expect(deviceKind(ua.windows, 10)).toBe("computer");
  expect(deviceKind(ua.mac, 0)).toBe("computer");
  expect(deviceKind(ua.mac, 5)).toBe("tablet");
  expect(deviceKind(ua.iphone, 5)).toBe("phone");
  expect(deviceKind(ua.pixel, 5)).toBe("phone");
  expect(deviceKind(ua.fenix, 5)).toBe("phone");
  expect(deviceKind(ua.galaxyTab, 5)).toBe("tablet");
});
