// A table of a list: rows that open (details below the row), and cards instead of columns on a phone. The roles are said
// again because a table that is laid out as blocks is none for a screen reader.
import { Fragment, type ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { IconButton } from "./button";
import "./table.css";

export interface Column<T> {
  id: string;
  label: string;
  cell: (row: T) => ComponentChildren;
  /** The first thing of a card, without its label. */
  main?: boolean;
  /** The label is only spoken: a column of buttons. */
  bare?: boolean;
}

export interface TableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** What a row opens to, and the name of its button. */
  details?: { label: (row: T) => string; show: (row: T) => ComponentChildren };
  /** Before the cells of each row, with what the head of that column holds. */
  pick?: { head: ComponentChildren; cell: (row: T) => ComponentChildren };
}

export function Table<T>({ label, columns, rows, keyOf, details, pick }: TableProps<T>) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const id = useId();
  const width = columns.length + (details === undefined ? 0 : 1) + (pick === undefined ? 0 : 1);
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <table class="ui-table" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {pick !== undefined && <th role="columnheader" scope="col" class="ui-table-pick">{pick.head}</th>}
          {details !== undefined && <td role="cell" class="ui-table-open" />}
          {columns.map((one) => <th key={one.id} role="columnheader" scope="col" class={one.bare === true ? "ui-table-actions" : undefined}><span class={one.bare === true ? "visually-hidden" : undefined}>{one.label}</span></th>)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => {
          const key = keyOf(row);
          const isOpen = open.has(key);
          return (
            <Fragment key={key}>
              <tr role="row">
                {pick !== undefined && <td role="cell" class="ui-table-pick">{pick.cell(row)}</td>}
                {details !== undefined && (
                  <td role="cell" class="ui-table-open">
                    <IconButton icon={isOpen ? "chevron-down" : "chevron-right"} size="small" label={details.label(row)} aria-expanded={isOpen} aria-controls={`${id}-${key}`} onClick={() => toggle(key)} />
                  </td>
                )}
                {columns.map((one) => (
                  <td key={one.id} role="cell" data-label={one.main === true || one.bare === true ? undefined : one.label} class={one.bare === true ? "ui-table-actions" : one.main === true ? "ui-table-main" : undefined}>{one.cell(row)}</td>
                ))}
              </tr>
              {isOpen && details !== undefined && <tr role="row" class="ui-table-details" id={`${id}-${key}`}><td role="cell" colSpan={width}>{details.show(row)}</td></tr>}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}
