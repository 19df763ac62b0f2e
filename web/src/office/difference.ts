import { button, element } from "../map/elements";
import type { Answer, AnswerRow, RowProblem, Said } from "./answer";
import type { Words } from "./words";

/** Rows that are shown; more would only keep the browser busy. */
const MOST_SHOWN = 300;
/** What has to be looked at stands first. */
const ORDER = ["rejected", "superseded", "added", "unchanged"];

/** An answer row by row: what changes, from what to what, and what is wrong. */
export function difference(words: Words, answer: Answer): HTMLElement {
  const shown = answer.rows.filter(({ outcome, problems }) => outcome !== "unchanged" || problems !== undefined);
  shown.sort((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome) || one.row - other.row);
  const made = element("div", { class: "difference" }, problemList(words, answer.problems));
  if (shown.length > 0) made.append(table(words, shown.slice(0, MOST_SHOWN)));
  if (shown.length > MOST_SHOWN) made.append(element("p", {}, words.say("more_rows", { rows: shown.length - MOST_SHOWN })));
  return made;
}

/** In one sentence. */
export function summary(words: Words, { state, counts }: Answer): string {
  const told = { changed: counts.added + counts.superseded, same: counts.unchanged };
  if (state === "refused") return words.say("refused", { rejected: counts.rejected, rows: counts.rows });
  if (state === "waiting") return words.say("waits");
  return words.say(state === "published" ? "published" : "changes_and_confirms", told);
}

type Cell = [word: "row" | "point" | "before" | "after" | "remarks", content: Node | string];

/** Without what was before and after, which is told of what was only tried. */
function table(words: Words, rows: AnswerRow[]): HTMLElement {
  const isTried = rows.some(({ after: news, given }) => news !== undefined || given !== undefined);
  const all = rows.map((row) => cells(words, row).filter(([word]) => isTried || !["before", "after"].includes(word)));
  const heads = (all[0] ?? []).map(([word]) => element("th", { scope: "col" }, words.say(word)));
  const lines = all.map((line, place) =>
    element("tr", { class: `row-${rows[place]?.outcome}` }, ...line.map(([word, content]) => element("td", { "data-label": words.say(word) }, content))),
  );
  return element("div", { class: "wide" }, element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...lines)));
}

function cells(words: Words, row: AnswerRow): Cell[] {
  const before = row.before === undefined ? "" : row.before ? said(words, row.before) : words.say("nothing_known");
  return [
    ["row", String(row.row)],
    ["point", row.name ?? row.point ?? ""],
    ["before", before],
    ["after", after(words, row)],
    ["remarks", element("div", {}, words.say(row.outcome), problemList(words, row.problems ?? []))],
  ];
}

function after(words: Words, { after: news, given }: AnswerRow): Node | string {
  if (news === undefined) return asGiven(words, given ?? {});
  const { opening_hours: hours } = given ?? {};
  const held = news === null ? words.say("taken_back") : said(words, news);
  return element("div", {}, held, asGiven(words, hours === undefined ? {} : { opening_hours: hours }));
}

/** Values as they came, each kept together where the page runs from right to left. */
function asGiven(words: Words, given: Record<string, string>): HTMLElement {
  const lines = Object.entries(given).map(([name, value]) =>
    element("span", { class: "quiet line" }, `${words.column(name)}: `, element("bdi", {}, value)),
  );
  return element("div", {}, ...lines);
}

function said(words: Words, { operational_status: status, valid_from: from, valid_until: until, ...more }: Said): HTMLElement {
  const days = [words.say("since", { day: words.day(from) }), ...(until ? [words.say("until", { day: words.day(until) })] : [])];
  const measures = more.measures.map((code) => words.label("measure", code));
  const people = more.affected_populations.map((code) => words.label("affected_population", code));
  const lines = [days.join(", "), measures.join(", "), people.join(", "), more.comment ?? ""].filter(Boolean);
  const quiet = lines.map((line) => element("span", { class: "quiet line" }, line));
  return element("div", {}, element("strong", {}, words.label("operational_status", status)), ...quiet);
}

export function problemList(words: Words, problems: RowProblem[]): Node {
  if (problems.length === 0) return document.createTextNode("");
  return element("ul", { class: "problems" }, ...problems.map((problem) => element("li", { class: problem.severity }, ...told(words, problem))));
}

function told(words: Words, { severity, column, cell, value, message, candidates, row }: RowProblem): (Node | string)[] {
  const where = [row && `${words.say("row")} ${row}`, cell, column && words.column(column), value && `“${value}”`].filter(Boolean).join(", ");
  const perhaps = candidates?.length ? ` (${words.say("perhaps", { candidates: candidates.join(", ") })})` : "";
  return [element("strong", {}, words.say(severity)), where ? ` ${where}: ` : ": ", message, perhaps];
}

/** A button that cannot be pressed twice, and says that it works. */
export function slowButton(words: Words, label: string, pressed: () => Promise<void>, attributes: Record<string, string> = {}): HTMLButtonElement {
  const made: HTMLButtonElement = button(label, () => void run(), attributes);
  const run = async (): Promise<void> => {
    made.disabled = true;
    made.textContent = words.say("working");
    try {
      await pressed();
    } finally {
      made.disabled = false;
      made.textContent = label;
    }
  };
  return made;
}
