// One conference in the list: its state, what one does with it, and its access data when opened.
import { useId, useState } from "preact/hooks";
import { api } from "../app/api";
import { enter, type JoinAnswer } from "../app/entry";
import { formatDateTime, t } from "../i18n";
import { Button } from "../ui/button";
import { copyText } from "../ui/copy";
import { ConfirmDialog } from "../ui/dialog";
import { Badge } from "../ui/display";
import { Menu, type MenuEntry } from "../ui/menu";
import { toast } from "../ui/toast";
import { Access } from "./access";
import { user } from "./account";
import { explained, sentence } from "./errors";
import { recordings, refresh } from "./home_data";
import { invitationText } from "./invitation";
import { People } from "./people";
import { RecordingRows } from "./recordings";
import { isOver, type Conference } from "./types";

export function ConferenceCard({ conference, onEdit }: { conference: Conference; onEdit: () => void }) {
  const [shown, setShown] = useState(false);
  const [asking, setAsking] = useState<"end" | "delete" | null>(null);
  const [entering, setEntering] = useState(false);
  const id = useId();
  const over = isOver(conference);
  const { title } = conference;
  const path = `/api/conferences/${encodeURIComponent(conference.id)}`;
  const own = recordings.value?.filter((one) => one.conference_id === conference.id) ?? [];

  const go = async () => {
    setEntering(true);
    try {
      const answer = await api<JoinAnswer>("POST", `${path}/enter`, {});
      enter({ kind: "answer", answer, name: user.value?.name ?? "" });
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
      setEntering(false);
      void refresh();
    }
  };
  const copyInvitation = async () => {
    const done = await copyText(invitationText(conference, location.origin));
    toast(done ? { text: t("conference.invitation_copied"), kind: "good" } : { text: t("ui.copy_failed"), kind: "warn" });
  };
  const removable = conference.state !== "running";
  const items: MenuEntry[] = [
    ...(over ? [] : [{ label: t("conference.edit"), icon: "edit" as const, onSelect: onEdit }]),
    ...(over ? [] : [{ label: t("conference.end"), icon: "stop" as const, danger: true, onSelect: () => setAsking("end") }]),
    ...(removable ? [{ label: t("conference.delete"), icon: "trash" as const, danger: true, onSelect: () => setAsking("delete") }] : []),
  ];

  return (
    <li class={`ui-card portal-conference ${over ? "is-over" : ""}`} data-conference={conference.id}>
      <div class="portal-conference-head">
        <div class="ui-grow">
          <div class="portal-badges">
            <StateBadge conference={conference} />
            {conference.record && <Badge icon="record" kind={over ? undefined : "bad"}>{over ? t("conference.record_was") : t("conference.record_on")}</Badge>}
            {conference.start_as === "listener" && !over && <Badge icon="headphones">{t("conference.webinar")}</Badge>}
          </div>
          <h3>{title}</h3>
          {conference.description !== "" && <p class="portal-description">{conference.description}</p>}
          <p class="ui-muted ui-small">
            {[
              t("conference.created", { date: formatDateTime(conference.created_at) }),
              !over && conference.expires_at !== null && t("conference.until", { date: formatDateTime(conference.expires_at) }),
              !over && t("conference.max", { count: conference.max_participants }),
            ].filter(Boolean).join(" · ")}
          </p>
        </div>
        <Menu label={t("conference.more", { title })} items={items} />
      </div>
      {!over && (
        <div class="ui-row portal-actions">
          <Button variant="primary" icon="door" busy={entering} aria-label={t("conference.enter_what", { title })} onClick={() => void go()}>{t("conference.enter")}</Button>
          <Button icon="copy" onClick={() => void copyInvitation()}>{t("conference.invite")}</Button>
          <Button variant="quiet" iconEnd={shown ? "chevron-up" : "chevron-down"} aria-expanded={shown} aria-controls={id} onClick={() => setShown(!shown)}>
            {shown ? t("conference.hide") : t("conference.details")}
          </Button>
        </div>
      )}
      {shown && !over && (
        <div id={id} class="portal-details">
          <Access conference={conference} />
          <People conference={conference} />
        </div>
      )}
      {own.length > 0 && <RecordingRows recordings={own} compact />}
      <ConfirmDialog open={asking === "end"} title={t("conference.end_title")} confirm={t("conference.end")} danger onClose={() => setAsking(null)}
        onConfirm={async () => {
          await explained(api("POST", `${path}/end`, {}));
          toast({ text: t("conference.ended"), kind: "good" });
          await refresh();
        }}>
        <p>{t("conference.end_text", { title })}</p>
        {conference.participants_now > 0 && <p><strong>{t("conference.end_inside", { count: conference.participants_now })}</strong></p>}
      </ConfirmDialog>
      <ConfirmDialog open={asking === "delete"} title={t("conference.delete_title")} confirm={t("conference.delete")} danger onClose={() => setAsking(null)}
        onConfirm={async () => {
          await explained(api("DELETE", path, {}));
          toast({ text: t("conference.deleted"), kind: "good" });
          await refresh();
        }}>
        <p>{t("conference.delete_text", { title })}</p>
        {own.some((one) => one.state !== "deleted") && <p class="ui-muted">{t("conference.delete_recordings")}</p>}
      </ConfirmDialog>
    </li>
  );
}

function StateBadge({ conference }: { conference: Conference }) {
  if (conference.state === "running") {
    return <><Badge kind="good" dot>{t("conference.state.running")}</Badge><Badge icon="people">{t("conference.inside", { count: conference.participants_now })}</Badge></>;
  }
  return <Badge kind={conference.state === "open" ? "info" : undefined}>{t(`conference.state.${conference.state}`)}</Badge>;
}
