import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CAMERA_ENCODINGS, cameraLayers, MediaLink, type MediaState } from "./media";
import type { Calls } from "./protocol";
import type { MediaSlot } from "./slot";

class FakeLine {
  mid: string | null = null;
  sent: unknown[] = [];
  encodings: object[] = [];
  readonly sender = {
    replaceTrack: async (track: unknown) => void this.sent.push(track),
    getParameters: () => ({ encodings: this.init.sendEncodings?.map((one) => ({ ...one })) ?? [] }),
    setParameters: async (parameters: { encodings: object[] }) => void (this.encodings = parameters.encodings),
  };
  readonly receiver = { track: {}, getContributingSources: () => [] };
  codecs: { mimeType: string }[] = [];
  constructor(readonly kind: string, readonly init: RTCRtpTransceiverInit) {}
  setCodecPreferences(codecs: { mimeType: string }[]): void {
    this.codecs = codecs;
  }
}

class FakeConnection extends EventTarget {
  static all: FakeConnection[] = [];
  lines: FakeLine[] = [];
  iceConnectionState = "new";
  connectionState = "new";
  closed = false;
  localDescription: { sdp: string } | null = null;
  answers = 0;
  constructor() {
    super();
    FakeConnection.all.push(this);
  }
  addTransceiver(kind: string, init: RTCRtpTransceiverInit): FakeLine {
    const line = new FakeLine(kind, init);
    this.lines.push(line);
    return line;
  }
  async createOffer(): Promise<object> {
    return { type: "offer", sdp: "v=0" };
  }
  async setLocalDescription(): Promise<void> {
    this.lines.forEach((line, index) => (line.mid ??= String(index)));
    this.localDescription = { sdp: "v=0" };
  }
  async setRemoteDescription(): Promise<void> {
    this.answers += 1;
  }
  state(ice: string, connection: string): void {
    this.iceConnectionState = ice;
    this.connectionState = connection;
    this.dispatchEvent(new Event("iceconnectionstatechange"));
    this.dispatchEvent(new Event("connectionstatechange"));
  }
  close(): void {
    this.closed = true;
  }
}

const all = [{ mimeType: "audio/opus" }, { mimeType: "audio/PCMU" }, { mimeType: "video/VP8" }, { mimeType: "video/rtx" }, { mimeType: "video/H264" }, { mimeType: "video/AV1" }];
const capabilities = { getCapabilities: (kind: string) => ({ codecs: all.filter((one) => one.mimeType.startsWith(kind)) }) };

function setup(answer: (offer: Calls["offer"]) => Promise<string> = async () => "v=0") {
  const offers: Calls["offer"][] = [];
  const states: MediaState[] = [];
  let slots: ReadonlyMap<string, MediaSlot> = new Map();
  let connection = 0;
  const link = new MediaLink({ audio: 3, video: 6, screen: 1 }, {
    offer: async (payload) => {
      offers.push(payload);
      return answer(payload);
    },
    nextConnection: () => (connection += 1),
    onState: (state) => void states.push(state),
    onSlots: (now) => void (slots = now),
  });
  return { link, offers, states, slots: () => slots };
}

const videoLines = (offer: Calls["offer"] | undefined): number => Object.values(offer?.lines ?? {}).filter((purpose) => purpose === "slot_video").length;
const camera = (height: number): MediaStreamTrack => ({ getSettings: () => ({ height }) }) as unknown as MediaStreamTrack;
const last = (): FakeConnection => FakeConnection.all.at(-1) as FakeConnection;
const connected = (): void => last().state("connected", "connected");

beforeEach(() => {
  FakeConnection.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("RTCPeerConnection", FakeConnection);
  vi.stubGlobal("RTCRtpSender", capabilities);
  vi.stubGlobal("RTCRtpReceiver", capabilities);
  vi.stubGlobal("MediaStream", class {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the one connection", () => {
  test("the first offer has four uplinks, three audio, six video and one screen slot with sound, audio before video", async () => {
    const { link, offers } = setup();
    await link.connect();
    expect(Object.values(offers[0]?.lines ?? {})).toEqual([
      "mic", "camera", "screen", "screen_audio", "slot_audio", "slot_audio", "slot_audio",
      "slot_video", "slot_video", "slot_video", "slot_video", "slot_video", "slot_video", "slot_screen", "slot_screen_audio",
    ]);
    expect(last().lines[1]?.init.sendEncodings?.map((one) => one.rid)).toEqual(["q", "h", "f"]);
    expect(CAMERA_ENCODINGS.map((one) => one.scaleResolutionDownBy)).toEqual([4, 2, 1]);
  });

  test("every line offers Opus, or VP8 with RTX, and nothing else", async () => {
    const { link } = setup();
    await link.connect();
    for (const line of last().lines) {
      expect(line.codecs.map((one) => one.mimeType)).toEqual(line.kind === "audio" ? ["audio/opus"] : ["video/VP8", "video/rtx"]);
    }
  });

  test("turning microphone, camera and screen on and off sends no offer", async () => {
    const { link, offers } = setup();
    await link.connect();
    connected();
    const track = camera(720);
    await link.send("mic", track);
    await link.send("mic", null);
    await link.send("camera", track);
    await link.send("screen", track);
    await link.send("screen", null);
    expect(offers).toHaveLength(1);
    expect(last().lines[0]?.sent).toEqual([track, null]);
  });

  test("a small camera sends two layers, the full one among them; a large one three", async () => {
    const { link } = setup();
    await link.connect();
    await link.send("camera", camera(360));
    expect(last().lines[1]?.encodings).toMatchObject([{ rid: "q", scaleResolutionDownBy: 2, active: true }, { rid: "h", scaleResolutionDownBy: 1, active: true }, { rid: "f", active: false }]);
    expect(cameraLayers(720)).toMatchObject([{ scaleResolutionDownBy: 4 }, { scaleResolutionDownBy: 2 }, { scaleResolutionDownBy: 1, active: true }]);
  });

  test("a larger gallery offers once more on the same connection and keeps the slots it has", async () => {
    const { link, offers, slots } = setup();
    await link.connect();
    connected();
    const before = slots().get("7");
    await link.grow(9);
    expect(offers).toHaveLength(2);
    expect(offers[1]?.connection).toBe(offers[0]?.connection);
    expect(Object.values(offers[1]?.lines ?? {}).filter((purpose) => purpose === "slot_video")).toHaveLength(9);
    expect(slots().get("7")).toBe(before);
    await link.grow(6);
    expect(offers).toHaveLength(2);
  });

  test("cameras that are there before the connection stands get their lines as soon as it does", async () => {
    const { link, offers } = setup();
    await link.connect();
    await link.grow(9);
    expect(offers).toHaveLength(1);
    connected();
    await vi.waitFor(() => expect(videoLines(offers.at(-1))).toBe(9));
    await vi.waitFor(() => expect(last().answers).toBe(2));
    expect(offers).toHaveLength(2);
  });

  test("cameras that come while an offer is under way get their lines by the next one", async () => {
    const waiting: (() => void)[] = [];
    const { link, offers } = setup((offer) => new Promise((answer) => {
      if (offer.connection === 1 && videoLines(offer) === 9) waiting.push(() => answer("v=0"));
      else answer("v=0");
    }));
    await link.connect();
    connected();
    const growing = link.grow(9);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await link.grow(12);
    await link.grow(15);
    expect(offers).toHaveLength(2);
    waiting[0]?.();
    await growing;
    await vi.waitFor(() => expect(last().answers).toBe(3));
    expect(offers.map(videoLines)).toEqual([6, 9, 15]);
  });

  test("the next connection begins with the lines that the gallery has asked for meanwhile", async () => {
    const { link, offers } = setup();
    await link.connect();
    connected();
    last().state("failed", "failed");
    await link.grow(9);
    await vi.advanceTimersByTimeAsync(1000);
    expect(offers.map(videoLines)).toEqual([6, 9]);
    expect(offers.map((one) => one.connection)).toEqual([1, 2]);
  });
});

describe("a connection that dies", () => {
  test("four seconds of ICE disconnected make a new connection with the next number, and what was sent goes on", async () => {
    const { link, offers, states } = setup();
    const track = camera(720);
    await link.send("mic", track);
    await link.connect();
    connected();
    last().state("disconnected", "connected");
    expect(states.at(-1)).toBe("interrupted");
    await vi.advanceTimersByTimeAsync(3900);
    expect(FakeConnection.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1500);
    expect(FakeConnection.all).toHaveLength(2);
    expect(FakeConnection.all[0]?.closed).toBe(true);
    expect(offers.map((one) => one.connection)).toEqual([1, 2]);
    expect(last().lines[0]?.sent).toEqual([track]);
  });

  test("a short interruption is waited out", async () => {
    const { link, states } = setup();
    await link.connect();
    connected();
    last().state("disconnected", "connected");
    await vi.advanceTimersByTimeAsync(2000);
    connected();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(FakeConnection.all).toHaveLength(1);
    expect(states.at(-1)).toBe("connected");
  });

  test("a refused offer is tried again later, ever more slowly", async () => {
    const { link, offers } = setup(async () => Promise.reject(new Error("offline")));
    await link.connect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(offers.length).toBeGreaterThan(4);
    expect(offers.length).toBeLessThan(12);
  });

  test("closed means closed", async () => {
    const { link } = setup();
    await link.connect();
    connected();
    link.close();
    await link.connect();
    link.ensure();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeConnection.all).toHaveLength(1);
    expect(link.slots.size).toBe(0);
  });
});
