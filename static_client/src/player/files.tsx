// Downloads: one file per track and part, named after recording, person and source.
import { formatBytes, formatDuration, formatSpan, t } from "../i18n";
import { IconButton } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import type { Address } from "./part_files";
import type { Timeline, Track } from "./timeline";
import type { Part, Purpose } from "./types";

const icons: Readonly<Record<Purpose, IconName>> = { mic: "mic", camera: "camera", screen: "screen", screen_audio: "volume" };

export function Files({ timeline, address, title }: { timeline: Timeline; address: Address; title: string }) {
  const people = timeline.people.filter((person) => timeline.tracks.some((track) => track.person.id === person.id));
  return (
    <div class="player-files">
      <p class="ui-small ui-muted">{t("player.files_text")}</p>
      {people.map((person) => (
        <section key={person.id}>
          <h3>{person.name}</h3>
          <ul role="list">
            {timeline.tracks.filter((track) => track.person.id === person.id).flatMap((track) => track.parts.map((part, i) => {
              const what = label(track, i);
              const name = fileName(title, person.name, track.purpose, track.parts.length > 1 ? i + 1 : null);
              return (
                <li key={part.id}>
                  <Icon name={icons[track.purpose]} size={18} />
                  <span class="ui-grow">
                    <span>{what}</span>
                    <span class="ui-small ui-muted ui-num">{facts(part)}</span>
                  </span>
                  <IconButton icon="download" size="small" label={t("player.download", { what: `${person.name}, ${what}` })} href={`${address(part.id, "media")}&download=${encodeURIComponent(name)}`} download={`${name}.webm`} />
                </li>
              );
            }))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function label(track: Track, index: number): string {
  const purpose = t(`player.purpose.${track.purpose}`);
  return track.parts.length > 1 ? `${purpose} ${index + 1}` : purpose;
}

const facts = (part: Part): string => [t("player.files_from", { time: formatDuration(part.start_ms) }), formatSpan(part.duration_ms), formatBytes(part.bytes)].join(" · ");

/** Letters and digits of any script stay; everything else becomes one dash. */
export function fileName(title: string, person: string, purpose: Purpose, part: number | null): string {
  const clean = (text: string) => text.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  return [clean(title), clean(person), purpose, part].filter((piece) => piece !== null && piece !== "").join("_");
}
