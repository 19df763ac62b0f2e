import { element } from "../map/elements";
import { ConfirmRow } from "./confirm-row";
import { textField } from "./fields";
import type { Session } from "./session";
import type { Week, WeekPoint } from "./week";
import type { Words } from "./words";

/** What goes with every point that is confirmed, in the columns of an update. */
export interface HowKnown {
  source: string;
  valid_from: string;
}

/** The evidence of points that wait for an office to confirm them. */
const WAITS = "compiled_list";

export function waitToBeConfirmed({ points }: Week): WeekPoint[] {
  return points.filter(({ evidence }) => evidence === WAITS);
}

/** The points that nobody has confirmed yet, each confirmed with one click; `left` is told how many still wait. */
export function confirmView(words: Words, session: Session, week: Week, countries: Map<string, string>, left: (points: number) => void): HTMLElement {
  const howKnown: HowKnown = { source: "", valid_from: "" };
  const waiting = new Set(waitToBeConfirmed(week));
  const none = element("p", { role: "status" });
  const done = (point: WeekPoint): void => {
    waiting.delete(point);
    left(waiting.size);
    if (waiting.size === 0) none.textContent = words.say("all_confirmed");
  };
  const rows = [...waiting].map((point) => new ConfirmRow(words, session, point, countries, howKnown, () => done(point)));
  const heads = [words.say("point"), words.column("counterpart"), words.say("confirm")].map((word) => element("th", { scope: "col" }, word));
  const table = element("table", { class: "to-confirm" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows.map((row) => row.element)));
  return element("section", {}, element("p", {}, words.say("to_confirm_help")), fields(words, week.today, howKnown), table, none);
}

function fields(words: Words, today: string, howKnown: HowKnown): HTMLElement {
  const put = (name: keyof HowKnown) => (value: string): void => {
    howKnown[name] = value;
  };
  const source = textField(words, "source", "text", "", put("source"));
  const since = textField(words, "valid_from", "date", "", put("valid_from"));
  since.querySelector("input")?.setAttribute("max", today);
  source.querySelector("span")?.replaceChildren(words.say("how_known"));
  since.querySelector("span")?.replaceChildren(words.say("there_since"));
  return element("div", { class: "controls" }, source, since);
}
