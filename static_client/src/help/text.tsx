// A text of the installation on a page: in the language of the pages, with its heading and the date of its last change.
import type { Ref } from "preact";
import { useLoaded } from "../account/use";
import { formatDate, language, t } from "../i18n";
import { LoadFailed } from "../portal/load_failed";
import { PageSpinner } from "../ui/display";
import { Prose } from "../ui/prose";
import { titled } from "./topics";

interface Content { language: string; text: string; updated_at: number }

export interface TextProps {
  name: string;
  /** The heading where the text has none. */
  title: string;
  heading: "h1" | "h2";
  headingRef?: Ref<HTMLHeadingElement>;
}

export function Text(props: TextProps) {
  const spoken = language.value;
  return <Loaded key={`${props.name} ${spoken}`} {...props} spoken={spoken} />;
}

function Loaded({ name, title, heading: H, headingRef, spoken }: TextProps & { spoken: string }) {
  const text = useLoaded<Content>(`/api/contents/${name}?language=${spoken}`);
  const found = text.value;
  if (text.error !== null) return <><H ref={headingRef} tabIndex={-1}>{title}</H><LoadFailed text={t("guide.load_failed")} detail={text.error} retry={text.reload} /></>;
  if (found === null) return <><H ref={headingRef} tabIndex={-1}>{title}</H><PageSpinner /></>;
  const { title: own, rest } = titled(found.text);
  const foreign = found.language === spoken ? undefined : found.language;
  return (
    <>
      <H ref={headingRef} tabIndex={-1} lang={foreign}>{own ?? title}</H>
      {foreign !== undefined && <p class="ui-muted">{t("guide.in_english")}</p>}
      <Prose text={rest} heading={H === "h1" ? "h2" : "h3"} lang={foreign} />
      <p class="ui-muted ui-small">{t("guide.updated", { date: formatDate(found.updated_at) })}</p>
    </>
  );
}
