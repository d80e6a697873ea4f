// A few plain numbers out of getStats, for the connection dialog, the debug handle and the tests.

export interface LineStats {
  mid: string;
  kind: "audio" | "video";
  bytes: number;
  packets: number;
  lost: number;
  frames: number;
  width: number;
  height: number;
  freezes: number;
  freezeSeconds: number;
  concealed: number;
  /** Energy heard so far: grows only with real sound. */
  energy: number;
}

export interface LinkStats {
  at: number;
  roundTripMs: number | null;
  receive: LineStats[];
  send: LineStats[];
  availableOutgoingBps: number | null;
}

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

export function summarise(report: Iterable<[string, Record<string, unknown>]>): LinkStats {
  const stats: LinkStats = { at: 0, roundTripMs: null, receive: [], send: [], availableOutgoingBps: null };
  for (const [, row] of report) {
    const type = row["type"];
    if (type === "inbound-rtp" || type === "outbound-rtp") {
      const inbound = type === "inbound-rtp";
      (inbound ? stats.receive : stats.send).push({
        mid: String(row["mid"] ?? ""),
        kind: row["kind"] === "audio" ? "audio" : "video",
        bytes: number(inbound ? row["bytesReceived"] : row["bytesSent"]),
        packets: number(inbound ? row["packetsReceived"] : row["packetsSent"]),
        lost: number(row["packetsLost"]),
        frames: number(inbound ? row["framesDecoded"] : row["framesEncoded"]),
        width: number(row["frameWidth"]),
        height: number(row["frameHeight"]),
        freezes: number(row["freezeCount"]),
        freezeSeconds: number(row["totalFreezesDuration"]),
        concealed: number(row["concealedSamples"]),
        energy: number(row["totalAudioEnergy"]),
      });
      stats.at = Math.max(stats.at, number(row["timestamp"]));
    } else if (type === "candidate-pair" && row["nominated"] === true) {
      const trip = row["currentRoundTripTime"];
      if (typeof trip === "number") stats.roundTripMs = trip * 1000;
      const available = row["availableOutgoingBitrate"];
      if (typeof available === "number") stats.availableOutgoingBps = available;
    }
  }
  return stats;
}
