// The landing page's drawing: an assembly in half circles; some seats listen, some ask to speak, one speaks.
import { t } from "../i18n";

const rows = [
  { radius: 92, count: 9 },
  { radius: 134, count: 13 },
  { radius: 176, count: 17 },
  { radius: 218, count: 21 },
] as const;
const taken = new Set(["0-2", "0-5", "0-6", "1-1", "1-4", "1-5", "1-7", "1-10", "2-2", "2-6", "2-7", "2-11", "2-14", "3-3", "3-8", "3-9", "3-12", "3-16", "3-17"]);
const asking = new Set(["1-7", "3-12"]);
const speaking = "0-5";

export function Assembly() {
  return (
    <svg class="portal-assembly" viewBox="0 0 480 262" role="img" aria-label={t("landing.art")}>
      {rows.flatMap(({ radius, count }, row) =>
        Array.from({ length: count }, (_, i) => {
          const angle = Math.PI * (i / (count - 1));
          const x = 240 - radius * Math.cos(angle);
          const y = 240 - radius * Math.sin(angle);
          const id = `${row}-${i}`;
          const kind = id === speaking ? "is-speaking" : asking.has(id) ? "is-asking" : taken.has(id) ? "is-taken" : "";
          return (
            <g key={id} class={`portal-seat ${kind}`}>
              {id === speaking && <circle class="portal-wave" cx={x.toFixed(1)} cy={y.toFixed(1)} r="17" />}
              <circle cx={x.toFixed(1)} cy={y.toFixed(1)} r="10.5" />
            </g>
          );
        }),
      )}
      <path class="portal-desk" d="M196 240h88a10 10 0 0 1 10 10v6H186v-6a10 10 0 0 1 10-10z" />
      <circle class="portal-chair" cx="240" cy="216" r="13" />
    </svg>
  );
}
