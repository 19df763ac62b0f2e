import type { Feature } from "geojson";

import { colourOf } from "../categories";
import { dayAfter, daysBetween, isStale } from "./days";
import { button, element } from "./elements";
import type { Span } from "./reported-days";
import { ServiceError, type RestrictionRecord, type Service } from "./service";
import { clocks, type ViewState } from "./view-state";
import type { Words } from "./words";

/** What is known of one point on the day, and its history as a line over all days. */
export class PointCard {
  readonly element = element("aside", { class: "card", "aria-live": "polite", hidden: "" });
  private stop = new AbortController();
  /** Where the keyboard was when the card was opened. */
  private opener: Element | null = null;

  /** `home` is where the keyboard goes from a closed card whose opener is gone. */
  constructor(
    private readonly service: Service,
    private readonly words: Words,
    private readonly span: Span,
    private readonly home: HTMLElement,
    private readonly closed: () => void,
  ) {
    this.element.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
  }

  close(): void {
    const { opener } = this;
    this.stop.abort();
    this.element.hidden = true;
    this.closed();
    (opener instanceof HTMLElement && opener.isConnected ? opener : this.home).focus();
  }

  /** Show the point, chosen by the visitor just now, and have the keyboard in its card. */
  async open(state: ViewState): Promise<void> {
    const { activeElement } = document;
    if (!this.element.contains(activeElement)) this.opener = activeElement === document.body ? null : activeElement;
    const feature = await this.show(state);
    if (feature !== null) this.element.querySelector("h2")?.focus();
  }

  /** Show the point, or nothing if the view has none. Gives its feature, to move the map to it. */
  async show(state: ViewState): Promise<Feature | null> {
    this.stop.abort();
    this.stop = new AbortController();
    const { signal } = this.stop;
    if (state.point === "") {
      this.element.hidden = true;
      return null;
    }
    try {
      const asked = new URLSearchParams({ ...clocks(state), f: "json" }).toString();
      const path = `/collections/points-of-entry/items/${encodeURIComponent(state.point)}?${asked}`;
      const [feature, records] = await Promise.all([
        this.service.json<Feature>(path, signal),
        this.service.history(state.point, signal),
      ]);
      this.fill(feature, believed(records, state.asKnownAt), state);
      return feature;
    } catch (error) {
      if (signal.aborted) return null;
      console.error(error);
      this.element.replaceChildren(this.closing(), ...this.failure(error, state));
      this.element.hidden = false;
      return null;
    }
  }

  private fill(feature: Feature, records: RestrictionRecord[], state: ViewState): void {
    const { words } = this;
    const point = feature.properties ?? {};
    const codes = [point["code"], point["iata"], point["unlocode"]].filter(Boolean).join(" · ");
    const href = `${this.service.root}/points-of-entry/${encodeURIComponent(state.point)}/history`;
    const hasFocus = this.element.contains(document.activeElement);
    const heading = element("h2", { tabindex: "-1" }, String(point["name"]));
    this.element.replaceChildren(
      this.closing(),
      heading,
      element("p", {}, `${words.label("poe_type", String(point["poe_type"]))}, ${point["country_name"]}`),
      element("p", { class: "quiet" }, codes),
      ...this.evidence(point),
      ...this.openingHours(point),
      element("h3", {}, words.say("on", { day: words.day(state.day) })),
      this.state(point, state.day),
      element("h3", {}, words.say("history")),
      this.history(records, state.day),
      element("p", {}, element("a", { href }, words.say("all_records"))),
    );
    this.element.hidden = false;
    if (hasFocus) heading.focus();
  }

  /** Days and hours as OpenStreetMap writes them, whatever the status: they are of the register. */
  private openingHours(point: NonNullable<Feature["properties"]>): HTMLElement[] {
    const hours = point["opening_hours"] as string | null;
    return hours ? [element("p", {}, `${this.words.say("opening_hours")}: `, element("bdi", { dir: "ltr" }, hours))] : [];
  }

  /** What kind of source has the point: whoever looks at a compiled one sees that an office has yet to confirm it. */
  private evidence(point: NonNullable<Feature["properties"]>): HTMLElement[] {
    const evidence = point["evidence"] as string | null;
    return evidence ? [element("p", { class: "quiet evidence" }, this.words.label("evidence", evidence))] : [];
  }

  /** Why there is nothing to show; where it may be there the next time, with a button to ask again. */
  private failure(error: unknown, state: ViewState): Node[] {
    const { words } = this;
    if (!(error instanceof ServiceError)) return [element("p", {}, words.say("no_connection")), this.again(state)];
    if (error.status === 404) return [element("p", {}, words.say("no_such_point", { code: state.point }))];
    return [element("p", {}, words.say("failed")), this.again(state)];
  }

  private again(state: ViewState): HTMLButtonElement {
    return button(this.words.say("retry"), () => void this.show(state));
  }

  private closing(): HTMLButtonElement {
    return button("×", () => this.close(), { class: "close", "aria-label": this.words.say("close") });
  }

  private state(point: NonNullable<Feature["properties"]>, day: string): HTMLElement {
    const { words } = this;
    if (point["assessed"] !== true) return element("p", {}, words.say("not_assessed"));
    const since = words.say("since", { day: words.day(String(point["valid_from"])) });
    const until = point["valid_to"] ? `, ${words.say("until", { day: words.day(String(point["valid_to"])) })}` : "";
    const list = element("dl", {});
    const add = (term: string, text: string): void => list.append(element("dt", {}, term), element("dd", {}, text));
    add(words.say("status_group"), `${words.label("operational_status", String(point["operational_status"]))}, ${since}${until}`);
    for (const [term, name, codes] of [
      [words.say("measures"), "measures", "measure"],
      [words.say("populations"), "affected_populations", "affected_population"],
    ] as const) {
      const values = (point[name] ?? []) as string[];
      if (values.length > 0) add(term, values.map((code) => words.label(codes, code)).join(", "));
    }
    add(words.say("source"), String(point["restriction_source"] ?? ""));
    const assessed = String(point["last_assessed"] ?? "");
    add(words.say("last_assessed"), assessed ? words.day(assessed) : words.say("never"));
    if (isStale(assessed, day)) {
      const age = words.say("stale_on_day", { days: String(daysBetween(assessed, day)) });
      list.lastElementChild?.append(", ", element("span", { class: "stale" }, age));
    }
    return list;
  }

  /** A bar with a part for each record, in the colour of its group; in words below, the latest first. */
  private history(records: RestrictionRecord[], day: string): HTMLElement {
    if (records.length === 0) return element("p", {}, this.words.say("no_history"));
    const bar = element("div", { class: "timeline", "aria-hidden": "true" });
    const whole = daysBetween(this.span.first, this.span.last) + 1;
    for (const record of records) {
      const first = Math.max(0, daysBetween(this.span.first, record.valid_from ?? this.span.first));
      const end = Math.min(whole, daysBetween(this.span.first, record.valid_to ?? dayAfter(this.span.last, 1)));
      const part = element("span", {});
      part.style.insetInlineStart = `${(100 * first) / whole}%`;
      part.style.inlineSize = `max(2px, ${(100 * Math.max(0, end - first)) / whole}%)`;
      part.style.background = colourOf(record.status_group);
      bar.append(part);
    }
    const now = element("span", { class: "now" });
    now.style.insetInlineStart = `${(100 * daysBetween(this.span.first, day)) / whole}%`;
    bar.append(now);
    return element("div", {}, bar, this.inWords(records));
  }

  private inWords(records: RestrictionRecord[]): HTMLElement {
    const { words } = this;
    const days = ({ valid_from: from, valid_to: to }: RestrictionRecord): string =>
      `${from ? words.day(from) : "…"} – ${to ? words.day(dayAfter(to, -1)) : "…"}`;
    const entries = records.map((record) =>
      element("li", {}, element("strong", {}, words.label("operational_status", record.operational_status)), ` ${days(record)}`),
    );
    return element("ol", { class: "records" }, ...entries);
  }
}

/** Those that are, or at that moment were, believed; the latest days first. */
function believed(records: RestrictionRecord[], asKnownAt: string): RestrictionRecord[] {
  const moment = asKnownAt === "" ? Infinity : Date.parse(asKnownAt);
  const holds = ({ recorded_from: from, recorded_to: to }: RestrictionRecord): boolean =>
    Date.parse(from) <= moment && (to === null || (asKnownAt !== "" && Date.parse(to) > moment));
  return records.filter(holds).sort((one, other) => (other.valid_from ?? "").localeCompare(one.valid_from ?? ""));
}
