// What is asked before a conference is ended, cancelled, postponed, moved, extended, copied or deleted.
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { formatDateTime, t } from "../i18n";
import { Button } from "../ui/button";
import { ConfirmDialog, Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Checkbox } from "../ui/field";
import { toast } from "../ui/toast";
import { DateFields, datesOf, useDates } from "./date_fields";
import { explained, sentence } from "./errors";
import { GroupFromConference } from "./group_from_conference";
import { refresh } from "./home_data";
import { pathOf, type ConferenceItem } from "./types";

export type CardDialog = "end" | "cancel" | "postpone" | "move" | "extend" | "copy" | "delete" | "group";

interface Props {
  item: ConferenceItem;
  dialog: CardDialog | null;
  onClose: () => void;
  recorded: boolean;
}

export function CardDialogs({ item, dialog, onClose, recorded }: Props) {
  const path = pathOf(item.id);
  const act = (what: string, done: string, method: "POST" | "DELETE" = "POST", body: object = {}) => async () => {
    await explained(api(method, what === "" ? path : `${path}/${what}`, body));
    toast({ text: done, kind: "good" });
    await refresh();
  };
  const { title } = item;
  return (
    <>
      <ConfirmDialog open={dialog === "end"} title={t("conference.end_title")} confirm={t("conference.end")} danger onClose={onClose} onConfirm={act("end", t("conference.ended"))}>
        <p>{t("conference.end_text", { title })}</p>
        {item.participants_now > 0 && <p><strong>{t("conference.end_inside", { count: item.participants_now })}</strong></p>}
      </ConfirmDialog>
      <ConfirmDialog open={dialog === "cancel"} title={t("conference.cancel_title")} confirm={t("conference.cancel")} keep={t("conference.cancel_keep")} danger onClose={onClose} onConfirm={act("cancel", t("conference.cancelled"))}>
        <p>{t("conference.cancel_text", { title, count: item.participants })}</p>
      </ConfirmDialog>
      <ConfirmDialog open={dialog === "postpone"} title={t("conference.postpone_title")} confirm={t("conference.postpone")} onClose={onClose} onConfirm={act("postpone", t("conference.postponed"))}>
        <p>{t("conference.postpone_text", { title })}</p>
      </ConfirmDialog>
      <ConfirmDialog open={dialog === "extend"} title={t("conference.extend_title")} confirm={t("ending.extend")} onClose={onClose} onConfirm={act("extend", t("conference.extended"), "POST", { minutes: 15 })}>
        <p>{t("conference.extend_text", { title, time: formatDateTime(item.ends_at) })}</p>
      </ConfirmDialog>
      <ConfirmDialog open={dialog === "delete"} title={t("conference.delete_title")} confirm={t("conference.delete")} danger onClose={onClose} onConfirm={act("", t("conference.deleted"), "DELETE")}>
        <p>{t("conference.delete_text", { title })}</p>
        {recorded && <p class="ui-muted">{t("conference.delete_recordings")}</p>}
      </ConfirmDialog>
      {dialog === "group" && <GroupFromConference conference={item} onClose={onClose} />}
      {(dialog === "move" || dialog === "copy") && <DateDialog item={item} act={dialog} onClose={onClose} />}
    </>
  );
}

/** A new date for this one, or for its copy. */
function DateDialog({ item, act, onClose }: { item: ConferenceItem; act: "move" | "copy"; onClose: () => void }) {
  const later = act === "copy" || item.state === "postponed" || item.starts_at < Date.now();
  const [dates, setDates] = useDates(later ? null : item.starts_at, item.ends_at - item.starts_at, item.time_zone);
  const [people, setPeople] = useState(true);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    const given = datesOf(dates);
    if (given === null) return setFailure(t("dates.missing"));
    setBusy(true);
    const path = `${pathOf(item.id)}/${act === "move" ? "reschedule" : "copy"}`;
    try {
      await api("POST", path, act === "move" ? given : { ...given, people });
      toast({ text: act === "move" ? t("conference.moved") : t("conference.copied"), kind: "good" });
      onClose();
      await refresh();
    } catch (cause) {
      setFailure(sentence(cause));
      setBusy(false);
    }
  };
  const title = act === "move" ? t("conference.move_title", { title: item.title }) : t("conference.copy_title", { title: item.title });
  return (
    <Dialog open title={title} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" type="submit" form="date-form" busy={busy}>{act === "move" ? t("conference.move_do") : t("conference.copy_do")}</Button>
      </>
    }>
      <form id="date-form" class="ui-stack" noValidate onSubmit={(event) => void submit(event)}>
        <p>{act === "move" ? t("conference.move_text") : t("conference.copy_text")}</p>
        <DateFields dates={dates} onChange={setDates} quarter={item.kind !== "reservation"} />
        {act === "copy" && item.participants > 0 && <Checkbox label={t("conference.copy_people", { count: item.participants })} checked={people} onChange={setPeople} />}
        {failure !== null && <Banner kind="bad">{failure}</Banner>}
      </form>
    </Dialog>
  );
}
