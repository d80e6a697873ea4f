// The list of the player's keys.
import { maybe, t } from "../i18n";
import { Dialog } from "../ui/dialog";
import { Kbd } from "../ui/display";

const rows = [
  [["Space", "K"], "play"], [["J", "L"], "jump"], [["←", "→"], "step"], [["↑", "↓"], "volume"], [["M"], "mute"], [["V"], "view"],
  [["F"], "fullscreen"], [["<", ">"], "speed"], [["0", "…", "9"], "part"], [["Home", "End"], "ends"], [["?"], "help"],
] as const;

export function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} title={t("player.keys")} size="small" onClose={onClose}>
      <dl class="player-keys">
        {rows.map(([keys, what]) => (
          <div key={what}>
            <dt>{keys.map((key) => (key === "…" ? key : <Kbd key={key}>{maybe(`player.key_name.${key}`) ?? key}</Kbd>))}</dt>
            <dd>{t(`player.key.${what}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
