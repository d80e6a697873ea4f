// "(1 – 10) of 23" with a step back and forth.
import { t } from "../i18n";
import { IconButton } from "./button";
import "./display.css";

export interface PagerProps {
  page: number;
  size: number;
  total: number;
  /** Of which list, where the page has several. */
  of?: string | undefined;
  onPage: (page: number) => void;
}

export function Pager({ page, size, total, of, onPage }: PagerProps) {
  if (total === 0) return null;
  const first = (page - 1) * size + 1;
  const last = Math.min(total, page * size);
  const only = total <= size;
  return (
    <nav class="ui-pager" aria-label={of === undefined ? t("pager.label") : `${t("pager.label")}: ${of}`}>
      <span class="ui-num ui-muted">{t("pager.range", { first, last, total })}</span>
      {!only && <IconButton icon="chevron-left" size="small" label={t("pager.back")} disabled={page <= 1} onClick={() => onPage(page - 1)} />}
      {!only && <IconButton icon="chevron-right" size="small" label={t("pager.on")} disabled={last >= total} onClick={() => onPage(page + 1)} />}
    </nav>
  );
}
