// The picture of each reaction of PROTOCOL.md.
import type { Reaction } from "../engine/protocol";

export const REACTION_GLYPHS: Readonly<Record<Reaction, string>> = {
  thumbs_up: "👍",
  clap: "👏",
  heart: "❤️",
  laugh: "😂",
  surprise: "😮",
  celebrate: "🎉",
};
