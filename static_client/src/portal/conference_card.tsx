// One conference in a list: when, whose, its state, what one may do with it; access data and people when opened.
import { useEffect, useId, useState } from "preact/hooks";
import { api } from "../app/api";
import { enter, type JoinAnswer } from "../app/entry";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { copyText } from "../ui/copy";
import { Badge, PageSpinner } from "../ui/display";
import { Menu, type MenuEntry } from "../ui/menu";
import { toast } from "../ui/toast";
import { Access } from "./access";
import { user } from "./account";
import { CardDialogs, type CardDialog } from "./card_dialogs";
import { editing } from "./editing";
import { sentence } from "./errors";
import { openCard, openCards, recordings, refresh } from "./home_data";
import { invitationText } from "./invitation";
import { Messages } from "./messages";
import { People } from "./people";
import { RecordingRows } from "./recordings";
import { ANSWERS, isOver, pathOf, type Answer as Answered, type Conference, type ConferenceItem } from "./types";
import { When } from "./when";

/** The heading of its card, if it is shown: where one goes on with what has just been made. */
export const headingOf = (id: string): HTMLElement | null => document.querySelector(`[data-conference="${CSS.escape(id)}"] h3`);

export function ConferenceCard({ item }: { item: ConferenceItem }) {
  const shown = openCards.value.has(item.id);
  const [detail, setDetail] = useState<Conference | null>(null);
  const [dialog, setDialog] = useState<CardDialog | null>(null);
  const id = useId();
  const over = isOver(item.state);
  const { title } = item;
  const manage = item.rights.includes("manage");
  const own = recordings.value?.filter((one) => one.conference_id === item.id) ?? [];
  const load = async (): Promise<Conference | null> => {
    try {
      const found = await api<Conference>("GET", pathOf(item.id));
      setDetail(found);
      return found;
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
      return null;
    }
  };
  useEffect(() => {
    if (shown) void load();
  }, [shown, item]);
  const copyInvitation = async () => {
    const found = detail ?? (await load());
    if (found === null) return;
    const done = await copyText(invitationText(found, location.origin));
    toast(done ? { text: t("conference.invitation_copied"), kind: "good" } : { text: t("ui.copy_failed"), kind: "warn" });
  };
  const edit = async () => {
    const found = await load();
    if (found !== null) editing.value = { kind: "edit", conference: found };
  };
  return (
    <li class={`ui-card portal-conference ${over ? "is-over" : ""}`} data-conference={item.id}>
      <div class="portal-conference-head">
        <div class="ui-grow">
          <div class="portal-badges">
            <StateBadge item={item} />
            {item.kind === "reservation" && <Badge icon="door">{t("conference.reservation")}</Badge>}
            {item.record && <Badge icon="record" kind={over ? undefined : "bad"}>{over ? t("conference.record_was") : t("conference.record_on")}</Badge>}
            {item.mine !== "owner" && <Badge icon={item.mine === "invited" ? "user" : "people"}>{t(`conference.mine.${item.mine}`)}</Badge>}
          </div>
          <h3 tabIndex={-1}>{title}</h3>
          {item.state !== "postponed" && <When {...item} />}
          <p class="ui-muted ui-small">{[t("conference.coordinator", { name: item.coordinator }), ...(item.unit === null ? [] : [t("conference.unit", { name: item.unit })]), t("conference.participants", { count: item.participants })].join(" · ")}</p>
        </div>
        {manage && <Menu label={t("conference.more", { title })} items={() => menu(item, setDialog, () => void edit())} />}
      </div>
      {!over && (
        <div class="ui-row portal-actions">
          {item.rights.includes("enter") && item.state !== "postponed" && <Go item={item} act="enter" />}
          {item.rights.includes("connect") && item.state !== "postponed" && <Go item={item} act="connect" />}
          {manage && item.state === "postponed" && <Button variant="primary" icon="calendar" onClick={() => setDialog("move")}>{t("conference.set_date")}</Button>}
          {item.rights.includes("connect") && <Answer item={item} />}
          {manage && <Button icon="copy" onClick={() => void copyInvitation()}>{t("conference.invite")}</Button>}
          {manage && (
            <Button variant="quiet" iconEnd={shown ? "chevron-up" : "chevron-down"} aria-expanded={shown} aria-controls={id} onClick={() => openCard(item.id, !shown)}>
              {shown ? t("conference.hide") : t("conference.details")}
            </Button>
          )}
        </div>
      )}
      {shown && !over && (
        <div id={id} class="portal-details">
          {detail === null ? <PageSpinner /> : (
            <>
              <Access conference={detail} />
              <People conference={detail} changed={() => void refresh()} />
              <Messages conference={detail} />
            </>
          )}
        </div>
      )}
      {own.length > 0 && <RecordingRows recordings={own} compact />}
      <CardDialogs item={item} dialog={dialog} onClose={() => setDialog(null)} recorded={own.some((one) => one.state !== "deleted")} />
    </li>
  );
}

/** The green button (E0-33): before the window it says when it opens. */
function Go({ item, act }: { item: ConferenceItem; act: "enter" | "connect" }) {
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      const answer = await api<JoinAnswer>("POST", `${pathOf(item.id)}/${act}`, {});
      enter({ kind: "answer", answer, name: user.value?.name ?? "", act });
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
      setBusy(false);
      void refresh();
    }
  };
  const early = item.state === "planned";
  const label = early ? t("conference.opens", { minutes: Math.round((item.starts_at - item.opens_at) / 60_000) }) : act === "enter" ? t("conference.enter") : t("conference.connect");
  return (
    <Button variant="primary" class={act === "connect" ? "portal-connect" : undefined} icon="door" busy={busy} disabled={early}
      aria-label={early ? `${label}: ${item.title}` : act === "enter" ? t("conference.enter_what", { title: item.title }) : t("conference.connect_what", { title: item.title })} onClick={() => void go()}>
      {label}
    </Button>
  );
}

function Answer({ item }: { item: ConferenceItem }) {
  const choose = async (answer: Answered) => {
    try {
      await api("POST", `${pathOf(item.id)}/rsvp`, { answer });
      toast({ text: t(`rsvp.done.${answer}`), kind: "good" });
      await refresh();
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
    }
  };
  const now = t(`rsvp.${item.rsvp ?? "none"}`);
  return (
    <Menu label={`${now}: ${t("rsvp.of", { title: item.title })}`} trigger={{ text: now, icon: item.rsvp === "accepted" ? "check" : "calendar", variant: "plain" }}
      items={ANSWERS.map((answer) => ({ label: t(`rsvp.answer.${answer}`), role: "radio" as const, checked: item.rsvp === answer, onSelect: () => void choose(answer) }))} />
  );
}

function menu(item: ConferenceItem, open: (dialog: CardDialog) => void, edit: () => void): MenuEntry[] {
  const over = isOver(item.state);
  const dated = item.kind !== "instant";
  const entries: (MenuEntry | false)[] = [
    !over && item.state !== "postponed" && { label: t("conference.edit"), icon: "edit", onSelect: edit },
    !over && dated && item.state !== "postponed" && { label: t("conference.move"), icon: "calendar", onSelect: () => open("move") },
    !over && dated && item.state === "planned" && { label: t("conference.postpone"), icon: "clock", onSelect: () => open("postpone") },
    (item.state === "open" || item.state === "running") && { label: t("conference.extend"), icon: "clock", onSelect: () => open("extend") },
    { label: t("conference.copy"), icon: "copy", onSelect: () => open("copy") },
    (item.state === "ended" || item.state === "expired") && { label: t("adm.group_make"), icon: "people", onSelect: () => open("group") },
    !over && { separator: true },
    (item.state === "open" || item.state === "running") && { label: t("conference.end"), icon: "stop", danger: true, onSelect: () => open("end") },
    !over && item.state !== "running" && dated && { label: t("conference.cancel"), icon: "ban", danger: true, onSelect: () => open("cancel") },
    item.state !== "running" && { label: t("conference.delete"), icon: "trash", danger: true, onSelect: () => open("delete") },
  ];
  return entries.filter((one) => one !== false);
}

function StateBadge({ item }: { item: ConferenceItem }) {
  if (item.state === "running") {
    return <><Badge kind="good" dot>{t("conference.state.running")}</Badge><Badge icon="people">{t("conference.inside", { count: item.participants_now })}</Badge></>;
  }
  const kind = item.state === "open" ? "good" : item.state === "planned" ? "info" : item.state === "postponed" ? "warn" : undefined;
  return <Badge kind={kind}>{t(`conference.state.${item.state}`)}</Badge>;
}
