// Which codecs our lines offer: Opus, and VP8 with its RTX. Everything else is left out, so that an offer stays small
// (notes in ARCHITECTURE.md: 143 KB with every codec against 52 KB for 29 lines).

const WANTED: Readonly<Record<"audio" | "video", readonly string[]>> = {
  audio: ["audio/opus"],
  video: ["video/vp8", "video/rtx"],
};

function wantedCodecs(kind: "audio" | "video", all: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  return all.filter((codec) => WANTED[kind].includes(codec.mimeType.toLowerCase()));
}

/** Narrows a line. Where the browser has no such call (or refuses the list) the line stays as it is. */
export function narrow(line: RTCRtpTransceiver, kind: "audio" | "video", direction: "send" | "receive"): void {
  const capabilities = direction === "send" ? RTCRtpSender.getCapabilities(kind) : RTCRtpReceiver.getCapabilities(kind);
  const codecs = wantedCodecs(kind, capabilities?.codecs ?? []);
  if (codecs.length === 0 || typeof line.setCodecPreferences !== "function") return;
  try {
    line.setCodecPreferences(codecs);
  } catch {
    // Some versions want receiver capabilities even on sending lines; a wider offer still works.
  }
}
