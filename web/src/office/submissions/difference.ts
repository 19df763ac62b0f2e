import { createElement } from "../../shared/elements";
import { createProblemList } from "../form/problem-list";
import type { Answer, AnswerRow, StatusValues } from "../service/answer";
import type { OfficeTranslations } from "../translations";

/** More rows would make the browser slow. */
const MAX_ROWS = 300;
/** Rows that need attention come first. */
const ORDER = ["rejected", "superseded", "added", "unchanged"];

/** Create the table of a response: each row before and after, with its problems. */
export function createDifference(translations: OfficeTranslations, answer: Answer): HTMLElement {
  const rows = answer.rows.filter(({ outcome, problems }) => outcome !== "unchanged" || problems !== undefined);
  rows.sort((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome) || one.row - other.row);
  const created = createElement("div", { class: "difference" }, createProblemList(translations, answer.problems));
  if (rows.length > 0) created.append(createTable(translations, rows.slice(0, MAX_ROWS)));
  if (rows.length > MAX_ROWS)
    created.append(createElement("p", {}, translations.get("more_rows", { rows: rows.length - MAX_ROWS })));
  return created;
}

/** Summarise a response in one sentence. */
export function summarise(translations: OfficeTranslations, { state, counts }: Answer): string {
  const values = { changed: counts.added + counts.superseded, same: counts.unchanged };
  if (state === "refused") return translations.get("refused", { rejected: counts.rejected, rows: counts.rows });
  if (state === "waiting") return translations.get("sent_for_review");
  return translations.get(state === "published" ? "published" : "changes_and_confirms", values);
}

type Cell = [word: "row" | "point" | "before" | "after" | "remarks", content: Node | string];

/** Create the table; only the response to a dry run has the columns before and after. */
function createTable(translations: OfficeTranslations, rows: AnswerRow[]): HTMLElement {
  const isDryRun = rows.some(
    ({ after: newStatus, given: submitted }) => newStatus !== undefined || submitted !== undefined,
  );
  const all = rows.map((row) =>
    createCells(translations, row).filter(([word]) => isDryRun || !["before", "after"].includes(word)),
  );
  const heads = (all[0] ?? []).map(([word]) => createElement("th", { scope: "col" }, translations.get(word)));
  const lines = all.map((line, place) =>
    createElement(
      "tr",
      { class: `row-${rows[place]?.outcome}` },
      ...line.map(([word, content]) => createElement("td", { "data-label": translations.get(word) }, content)),
    ),
  );
  return createElement(
    "div",
    { class: "wide" },
    createElement(
      "table",
      {},
      createElement("thead", {}, createElement("tr", {}, ...heads)),
      createElement("tbody", {}, ...lines),
    ),
  );
}

function createCells(translations: OfficeTranslations, row: AnswerRow): Cell[] {
  const before =
    row.before === undefined
      ? ""
      : row.before
        ? createStatusValues(translations, row.before)
        : translations.get("no_value");
  return [
    ["row", String(row.row)],
    ["point", row.name ?? row.point ?? ""],
    ["before", before],
    ["after", createAfterCell(translations, row)],
    [
      "remarks",
      createElement("div", {}, translations.get(row.outcome), createProblemList(translations, row.problems ?? [])),
    ],
  ];
}

function createAfterCell(
  translations: OfficeTranslations,
  { after: newStatus, given: submitted }: AnswerRow,
): Node | string {
  if (newStatus === undefined) return createValueList(translations, submitted ?? {});
  const { opening_hours: hours } = submitted ?? {};
  const status = newStatus === null ? translations.get("withdrawn") : createStatusValues(translations, newStatus);
  return createElement(
    "div",
    {},
    status,
    createValueList(translations, hours === undefined ? {} : { opening_hours: hours }),
  );
}

/** Create the list of submitted values, each in its own direction. */
function createValueList(translations: OfficeTranslations, submitted: Record<string, string>): HTMLElement {
  const lines = Object.entries(submitted).map(([name, value]) =>
    createElement(
      "span",
      { class: "quiet line" },
      `${translations.getColumnLabel(name)}: `,
      createElement("bdi", {}, value),
    ),
  );
  return createElement("div", {}, ...lines);
}

function createStatusValues(
  translations: OfficeTranslations,
  { operational_status: status, valid_from: from, valid_until: until, ...more }: StatusValues,
): HTMLElement {
  const days = [
    translations.get("since", { day: translations.formatDay(from) }),
    ...(until ? [translations.get("until", { day: translations.formatDay(until) })] : []),
  ];
  const measures = more.measures.map((code) => translations.getLabel("measure", code));
  const people = more.affected_populations.map((code) => translations.getLabel("affected_population", code));
  const lines = [days.join(", "), measures.join(", "), people.join(", "), more.comment ?? ""].filter(Boolean);
  const quiet = lines.map((line) => createElement("span", { class: "quiet line" }, line));
  return createElement(
    "div",
    {},
    createElement("strong", {}, translations.getLabel("operational_status", status)),
    ...quiet,
  );
}
