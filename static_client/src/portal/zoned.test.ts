import { expect, test } from "vitest";
import { firstDates } from "./date_fields";
import { nextQuarter, quarters, toMs, toWall, zoneOptions } from "./zoned";

const utc = (text: string): number => Date.parse(`${text}Z`);

test.each([
  ["2026-01-15", "10:00", "Europe/Athens", "2026-01-15T08:00"],
  ["2026-07-15", "10:00", "Europe/Athens", "2026-07-15T07:00"],
  ["2026-07-15", "10:00", "Europe/Warsaw", "2026-07-15T08:00"],
  ["2026-07-15", "10:00", "Asia/Kathmandu", "2026-07-15T04:15"],
  ["2026-12-31", "23:45", "America/New_York", "2027-01-01T04:45"],
])("%s %s in %s (E2-112)", (date, time, zone, expected) => {
  expect(toMs(date, time, zone)).toBe(utc(expected));
  expect(toWall(utc(expected), zone)).toEqual({ date, time });
});

test("an hour that the clocks skip, and one that comes twice", () => {
  expect(toMs("2026-03-29", "03:30", "Europe/Bucharest")).toBe(utc("2026-03-29T01:30"));
  expect(toMs("2026-10-25", "03:30", "Europe/Bucharest")).toBe(utc("2026-10-25T00:30"));
  expect(toMs("2026-10-25", "04:30", "Europe/Bucharest")).toBe(utc("2026-10-25T02:30"));
});

test.each([["", "10:00"], ["2026-01-15", ""], ["15.01.2026", "10:00"], ["2026-01-15", "25"]])("what is no date is none: %j %j", (date, time) => {
  expect(toMs(date, time, "UTC")).toBeNull();
});

test("quarters of the day, and the next one", () => {
  expect([quarters.length, quarters[0], quarters[95]]).toEqual([96, "00:00", "23:45"]);
  expect(nextQuarter(utc("2026-01-15T08:01"))).toBe(utc("2026-01-15T08:15"));
  expect(nextQuarter(utc("2026-01-15T08:15"))).toBe(utc("2026-01-15T08:15"));
});

test("one's own zone stands first, every zone stands there once, and none has no name", () => {
  const values = (own: string) => zoneOptions(own).map((one) => one.value);
  expect(zoneOptions("America/New_York")[0]).toEqual({ value: "America/New_York", label: "America/New York" });
  expect(values("Antarctica/Nowhere")[0]).toBe("Antarctica/Nowhere");
  expect(values("")[0]).toBe("UTC");
  for (const own of ["", "UTC", "Europe/Athens"]) {
    expect(values(own)).toHaveLength(new Set(values(own)).size);
    expect(values(own)).toContain("Europe/Warsaw");
    expect(values(own)).not.toContain("");
  }
});

test("an hour that begins late in the evening ends on the next day", () => {
  const starts = toMs("2026-03-01", "23:30", "Europe/Athens");
  expect(firstDates(starts, 3_600_000, "Europe/Athens")).toEqual({
    start: { date: "2026-03-01", time: "23:30" }, end: { date: "2026-03-02", time: "00:30" }, zone: "Europe/Athens",
  });
});
