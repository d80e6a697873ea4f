import { beforeEach, expect, test } from "vitest";
import { keepPlace, listAddress, placeOf, searchOf } from "./place";

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", "/");
});

test("a place stands in the address and is read from it again", () => {
  for (const place of [{ words: "", page: 1, size: 10 }, { words: "Ζωή & Ω?", page: 3, size: 50 }, { words: "a b", page: 1, size: 25 }]) {
    expect(placeOf(searchOf(place))).toEqual(place);
  }
  expect(searchOf({ words: "", page: 1, size: 10 })).toBe("");
});

test.each(["?page=0", "?page=-1", "?page=1.5", "?page=x", "?size=7", "?size=100000", "?page=&size="])("odd values are the beginning: %s", (search) => {
  expect(placeOf(search)).toEqual({ words: "", page: 1, size: 10 });
});

test("back comes to the list as it was, or to its beginning (E2-80)", () => {
  expect(listAddress()).toBe("/users");
  history.replaceState(null, "", "/users#users");
  keepPlace({ words: "Lis", page: 2, size: 10 });
  expect(location.pathname + location.search + location.hash).toBe("/users?q=Lis&page=2#users");
  expect(listAddress()).toBe("/users?q=Lis&page=2#users");
  for (const foreign of ["//evil.example", "/usersx", "https://evil.example/users", "/home"]) {
    sessionStorage.setItem("plenum.users", foreign);
    expect(listAddress()).toBe("/users");
  }
});
