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
  const shown = answer.rows.filter(({ outcome, problems }) => outcome !== "unchanged" || problems !== undefined);
  shown.sort((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome) || one.row - other.row);
  const made = createElement("div", { class: "difference" }, createProblemList(translations, answer.problems));
  if (shown.length > 0) made.append(createTable(translations, shown.slice(0, MAX_ROWS)));
  if (shown.length > MAX_ROWS)
    made.append(createElement("p", {}, translations.get("more_rows", { rows: shown.length - MAX_ROWS })));
  return made;
}

/** Summarise a response in one sentence. */
export function summarise(translations: OfficeTranslations, { state, counts }: Answer): string {
  const told = { changed: counts.added + counts.superseded, same: counts.unchanged };
  if (state === "refused") return translations.get("refused", { rejected: counts.rejected, rows: counts.rows });
  if (state === "waiting") return translations.get("waits");
  return translations.get(state === "published" ? "published" : "changes_and_confirms", told);
}

type Cell = [word: "row" | "point" | "before" | "after" | "remarks", content: Node | string];

/** Create the table; only the response to a dry run has the columns before and after. */
function createTable(translations: OfficeTranslations, rows: AnswerRow[]): HTMLElement {
  const isDryRun = rows.some(({ after: news, given }) => news !== undefined || given !== undefined);
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
        : translations.get("nothing_known");
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

function createAfterCell(translations: OfficeTranslations, { after: news, given }: AnswerRow): Node | string {
  if (news === undefined) return createValueList(translations, given ?? {});
  const { opening_hours: hours } = given ?? {};
  const status = news === null ? translations.get("taken_back") : createStatusValues(translations, news);
  return createElement(
    "div",
    {},
    status,
    createValueList(translations, hours === undefined ? {} : { opening_hours: hours }),
  );
}

/** Create the list of submitted values, each in its own direction. */
function createValueList(translations: OfficeTranslations, given: Record<string, string>): HTMLElement {
  const lines = Object.entries(given).map(([name, value]) =>
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
