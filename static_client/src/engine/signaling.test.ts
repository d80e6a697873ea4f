import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Calls, JoinAck } from "./protocol";
import { joined } from "./testing";

/** A server at the other end of a socket that never leaves the process. */
class FakeSocket {
  static last: FakeSocket;
  connected = false;
  calls: [string, unknown][] = [];
  refuse: { code: string } | null = null;
  attempts = 0;
  joinAnswer: () => object = () => ({ ok: true, ...joined([]) });
  readonly io = { engine: { close: () => this.drop() } };
  readonly #handlers = new Map<string, (payload: never) => void>();
  constructor() {
    FakeSocket.last = this;
  }
  on(name: string, run: (payload: never) => void): void {
    this.#handlers.set(name, run);
  }
  push(name: string, payload?: unknown): void {
    this.#handlers.get(name)?.(payload as never);
  }
  connect(): void {
    this.attempts += 1;
    if (this.refuse !== null) {
      this.push("connect_error", Object.assign(new Error("refused"), { data: { ...this.refuse, message: "No." } }));
      return;
    }
    this.connected = true;
    this.push("connect");
  }
  drop(): void {
    this.connected = false;
    this.push("disconnect", "transport close");
  }
  disconnect(): void {
    if (this.connected) this.drop();
  }
  timeout(): { emitWithAck: (name: string, payload: unknown) => Promise<unknown> } {
    return {
      emitWithAck: async (name, payload) => {
        this.calls.push([name, payload]);
        if (name === "join") return this.joinAnswer();
        if (name === "hand") return { ok: false, error: { code: "forbidden", message: "Not you." } };
        if (name === "leave") throw new Error("timeout");
        return { ok: true, name };
      },
    };
  }
}

vi.mock("socket.io-client", () => ({ io: () => new FakeSocket() }));
const { Signaling } = await import("./signaling");

function setup() {
  const seen: string[] = [];
  const closed: string[] = [];
  let since: number | null = null;
  const signaling = new Signaling(() => "token", {
    joinPayload: (): Calls["join"] => ({ consent: null, mode: "speak", mic: true, camera: false, screen: false, since }),
    onJoined: (ack: JoinAck, again: boolean) => {
      since = ack.seq;
      seen.push(again ? "again" : "joined");
    },
    onWaiting: () => undefined, onWaitingPeople: () => undefined, onLost: () => void seen.push("lost"),
    onEvent: () => void seen.push("event"),
    onSpeakers: () => undefined, onLevels: () => undefined, onSlots: () => undefined, onQuality: () => undefined,
    onToken: (token) => void seen.push(`token ${token}`),
    onSpeakMuted: () => undefined,
    onClosed: (closing) => void closed.push(`${closing.code} ${closing.actorName ?? ""}`.trim()),
  });
  return { signaling, socket: FakeSocket.last, seen, closed };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("the socket", () => {
  test("joins on connecting; after a loss it comes back and asks for what it missed", async () => {
    const { signaling, socket, seen } = setup();
    signaling.connect();
    await settle();
    expect(seen).toEqual(["joined"]);
    socket.drop();
    expect(signaling.joined).toBe(false);
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).toEqual(["joined", "lost", "again"]);
    expect(socket.calls.filter(([name]) => name === "join").map(([, payload]) => (payload as Calls["join"]).since)).toEqual([null, 10]);
  });

  test("keeps trying while the network is away, with waits that grow", async () => {
    const { signaling, socket } = setup();
    signaling.connect();
    await settle();
    socket.refuse = { code: "internal" };
    socket.drop();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(socket.attempts).toBeGreaterThan(5);
    expect(socket.attempts).toBeLessThan(25);
  });

  test("a final refusal ends it: no further attempt", async () => {
    const { signaling, socket, closed } = setup();
    socket.refuse = { code: "token_expired" };
    signaling.connect();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(closed).toEqual(["token_expired"]);
    expect(socket.attempts).toBe(1);
  });

  test("S-15: removed by a moderator, the client hears by whom and does not come back", async () => {
    const { signaling, socket, closed } = setup();
    signaling.connect();
    await settle();
    socket.push("closing", { code: "kicked", message: "A moderator removed you.", actor_name: "Anna" });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(closed).toEqual(["kicked Anna"]);
    expect(socket.attempts).toBe(1);
  });

  test("a restarting server is only a loss", async () => {
    const { signaling, socket, seen, closed } = setup();
    signaling.connect();
    await settle();
    socket.push("closing", { code: "restarting", message: "" });
    socket.drop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(closed).toEqual([]);
    expect(seen).toEqual(["joined", "lost", "again"]);
  });

  test("a refused call carries the server's code, an unanswered one says timeout, without a socket offline", async () => {
    const { signaling } = setup();
    await expect(signaling.call("react", { reaction: "clap" })).rejects.toMatchObject({ code: "offline" });
    signaling.connect();
    await settle();
    await expect(signaling.call("hand", { raised: true, participant: null })).rejects.toMatchObject({ code: "forbidden", message: "Not you." });
    await expect(signaling.call("leave", {})).rejects.toMatchObject({ code: "timeout" });
    await expect(signaling.call("lock", { locked: true })).resolves.toMatchObject({ ok: true });
  });
});
