import { describe, expect, test } from "vitest";
import { fromJoin } from "../engine/room_state";
import { joined, person } from "../engine/testing";
import { actsOn } from "./person_menu";
import { shortcutOf } from "./shortcuts";

const room = fromJoin(joined([]));
const moderator = person("m", 1, { moderator: true });
const organiser = person("o", 2, { moderator: true, organiser: true });
const guest = person("g", 3);
const names = (actor = moderator, target = guest): string[] =>
  actsOn(actor, target, room).flatMap((act) => (act.kind === "line" ? [] : act.kind === "confirm" ? [act.act] : [act.action]));

describe("acts on a person", () => {
  test("who is no moderator has none, and nobody has any on themselves", () => {
    expect(names(guest, moderator)).toEqual([]);
    expect(names(moderator, moderator)).toEqual([]);
  });

  test("S-15, S-16, S-17: a moderator mutes, holds, promotes, removes and bans", () => {
    expect(names()).toEqual(expect.arrayContaining(["mute", "promote_presenter", "make_moderator", "spotlight", "kick", "ban"]));
  });

  test("the organiser is muted, demoted and removed by nobody", () => {
    const acts = names(moderator, organiser);
    for (const act of ["mute", "stop_camera", "demote_speaker", "demote_listener", "remove_moderator", "kick", "ban"]) expect(acts).not.toContain(act);
  });

  test("only the organiser demotes or removes a moderator", () => {
    const other = person("n", 4, { moderator: true });
    expect(names(moderator, other)).not.toContain("kick");
    expect(names(moderator, other)).not.toContain("remove_moderator");
    expect(names(organiser, other)).toEqual(expect.arrayContaining(["kick", "ban", "remove_moderator"]));
  });
});

describe("shortcuts", () => {
  const press = (key: string, more: object = {}) => shortcutOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });
  test("single letters act, with a modifier or held down they do not", () => {
    expect(press("m")).toBe("mic");
    expect(press("M")).toBe("mic");
    expect(press("?")).toBe("help");
    expect(press("m", { ctrlKey: true })).toBeNull();
    expect(press("r", { metaKey: true })).toBeNull();
    expect(press("v", { repeat: true })).toBeNull();
    expect(press("x")).toBeNull();
  });
});
