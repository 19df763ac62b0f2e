import type { Feature } from "geojson";

import { getGroupColour } from "../../shared/categories";
import { addDays, countDays, isStale } from "../../shared/days";
import { createButton, createElement } from "../../shared/elements";
import { type RestrictionRecord, type Service, ServiceError } from "../service";
import { buildTimeQuery, type ViewState } from "../state/view-state";
import type { Span } from "../time/opening";
import type { MapTranslations } from "../translations";

/** The card of one point: its status on the day, and its history as a line over all days. */
export class PointCard {
  readonly element = createElement("aside", { class: "card", "aria-live": "polite", hidden: "" });
  private abortController = new AbortController();
  /** The element that had the focus when the card was opened. */
  private opener: Element | null = null;

  /** `fallbackFocus` gets the focus when the card closes and its opener is no longer on the page. */
  constructor(
    private readonly service: Service,
    private readonly translations: MapTranslations,
    private readonly span: Span,
    private readonly fallbackFocus: HTMLElement,
    private readonly onClose: () => void,
  ) {
    this.element.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
  }

  close(): void {
    const { opener } = this;
    this.abortController.abort();
    this.element.hidden = true;
    this.onClose();
    (opener instanceof HTMLElement && opener.isConnected ? opener : this.fallbackFocus).focus();
  }

  /** Show the point that the visitor selected, and move the focus to its card. */
  async open(state: ViewState): Promise<void> {
    const { activeElement } = document;
    if (!this.element.contains(activeElement)) this.opener = activeElement === document.body ? null : activeElement;
    const feature = await this.show(state);
    if (feature !== null) this.element.querySelector("h2")?.focus();
  }

  /** Show the point of the view, or hide the card if it has none. Returns the point's feature, null without one. */
  async show(state: ViewState): Promise<Feature | null> {
    this.abortController.abort();
    this.abortController = new AbortController();
    const { signal } = this.abortController;
    if (state.point === "") {
      this.element.hidden = true;
      return null;
    }
    try {
      const query = new URLSearchParams({ ...buildTimeQuery(state), f: "json" }).toString();
      const path = `/collections/points-of-entry/items/${encodeURIComponent(state.point)}?${query}`;
      const [feature, records] = await Promise.all([
        this.service.fetchJson<Feature>(path, signal),
        this.service.fetchHistory(state.point, signal),
      ]);
      this.render(feature, selectCurrentRecords(records, state.asKnownAt), state);
      return feature;
    } catch (error) {
      if (signal.aborted) return null;
      console.error(error);
      this.element.replaceChildren(this.createCloseButton(), ...this.createFailure(error, state));
      this.element.hidden = false;
      return null;
    }
  }

  private render(feature: Feature, records: RestrictionRecord[], state: ViewState): void {
    const { translations } = this;
    const point = feature.properties ?? {};
    const codes = [point["code"], point["iata"], point["unlocode"]].filter(Boolean).join(" · ");
    const href = `${this.service.root}/points-of-entry/${encodeURIComponent(state.point)}/history`;
    const hasFocus = this.element.contains(document.activeElement);
    const heading = createElement("h2", { tabindex: "-1" }, String(point["name"]));
    this.element.replaceChildren(
      this.createCloseButton(),
      heading,
      createElement(
        "p",
        {},
        `${translations.getLabel("poe_type", String(point["poe_type"]))}, ${point["country_name"]}`,
      ),
      createElement("p", { class: "quiet" }, codes),
      ...this.createEvidence(point),
      ...this.createOpeningHours(point),
      createElement("h3", {}, translations.get("on", { day: translations.formatDay(state.day) })),
      this.createStatus(point, state.day),
      createElement("h3", {}, translations.get("history")),
      this.createHistory(records, state.day),
      createElement("p", {}, createElement("a", { href }, translations.get("all_records"))),
    );
    this.element.hidden = false;
    if (hasFocus) heading.focus();
  }

  /** Create the opening hours, in OpenStreetMap's syntax. They come from the register and not with the status. */
  private createOpeningHours(point: NonNullable<Feature["properties"]>): HTMLElement[] {
    const hours = point["opening_hours"] as string | null;
    return hours
      ? [
          createElement(
            "p",
            {},
            `${this.translations.get("opening_hours")}: `,
            createElement("bdi", { dir: "ltr" }, hours),
          ),
        ]
      : [];
  }

  /** Create a line with the kind of source of the point, for example a compiled list that no office confirmed. */
  private createEvidence(point: NonNullable<Feature["properties"]>): HTMLElement[] {
    const evidence = point["evidence"] as string | null;
    return evidence
      ? [createElement("p", { class: "quiet evidence" }, this.translations.getLabel("evidence", evidence))]
      : [];
  }

  /** Create the message of an error, with a button to retry if that may help. */
  private createFailure(error: unknown, state: ViewState): Node[] {
    const { translations } = this;
    if (!(error instanceof ServiceError))
      return [createElement("p", {}, translations.get("no_connection")), this.createRetryButton(state)];
    if (error.status === 404) return [createElement("p", {}, translations.get("no_such_point", { code: state.point }))];
    return [createElement("p", {}, translations.get("failed")), this.createRetryButton(state)];
  }

  private createRetryButton(state: ViewState): HTMLButtonElement {
    return createButton(this.translations.get("retry"), () => void this.show(state));
  }

  private createCloseButton(): HTMLButtonElement {
    return createButton("×", () => this.close(), { class: "close", "aria-label": this.translations.get("close") });
  }

  private createStatus(point: NonNullable<Feature["properties"]>, day: string): HTMLElement {
    const { translations } = this;
    if (point["assessed"] !== true) return createElement("p", {}, translations.get("not_assessed"));
    const since = translations.get("since", { day: translations.formatDay(String(point["valid_from"])) });
    const until = point["valid_to"]
      ? `, ${translations.get("until", { day: translations.formatDay(String(point["valid_to"])) })}`
      : "";
    const list = createElement("dl", {});
    const addTerm = (term: string, text: string): void =>
      list.append(createElement("dt", {}, term), createElement("dd", {}, text));
    addTerm(
      translations.get("status_group"),
      `${translations.getLabel("operational_status", String(point["operational_status"]))}, ${since}${until}`,
    );
    for (const [term, name, codes] of [
      [translations.get("measures"), "measures", "measure"],
      [translations.get("populations"), "affected_populations", "affected_population"],
    ] as const) {
      const values = (point[name] ?? []) as string[];
      if (values.length > 0) addTerm(term, values.map((code) => translations.getLabel(codes, code)).join(", "));
    }
    addTerm(translations.get("source"), String(point["restriction_source"] ?? ""));
    const assessed = String(point["last_assessed"] ?? "");
    addTerm(translations.get("last_assessed"), assessed ? translations.formatDay(assessed) : translations.get("never"));
    if (isStale(assessed, day)) {
      const age = translations.get("stale_on_day", { days: String(countDays(assessed, day)) });
      list.lastElementChild?.append(", ", createElement("span", { class: "stale" }, age));
    }
    return list;
  }

  /** Create a bar with a part for each record, in the colour of its group, and below it the list of records. */
  private createHistory(records: RestrictionRecord[], day: string): HTMLElement {
    if (records.length === 0) return createElement("p", {}, this.translations.get("no_history"));
    const bar = createElement("div", { class: "timeline", "aria-hidden": "true" });
    const totalDays = countDays(this.span.first, this.span.last) + 1;
    for (const record of records) {
      const first = Math.max(0, countDays(this.span.first, record.valid_from ?? this.span.first));
      const end = Math.min(totalDays, countDays(this.span.first, record.valid_to ?? addDays(this.span.last, 1)));
      const part = createElement("span", {});
      part.style.insetInlineStart = `${(100 * first) / totalDays}%`;
      part.style.inlineSize = `max(2px, ${(100 * Math.max(0, end - first)) / totalDays}%)`;
      part.style.background = getGroupColour(record.status_group);
      bar.append(part);
    }
    const now = createElement("span", { class: "now" });
    now.style.insetInlineStart = `${(100 * countDays(this.span.first, day)) / totalDays}%`;
    bar.append(now);
    return createElement("div", {}, bar, this.createRecordList(records));
  }

  private createRecordList(records: RestrictionRecord[]): HTMLElement {
    const { translations } = this;
    const formatDays = ({ valid_from: from, valid_to: to }: RestrictionRecord): string =>
      `${from ? translations.formatDay(from) : "…"} – ${to ? translations.formatDay(addDays(to, -1)) : "…"}`;
    const entries = records.map((record) =>
      createElement(
        "li",
        {},
        createElement("strong", {}, translations.getLabel("operational_status", record.operational_status)),
        ` ${formatDays(record)}`,
      ),
    );
    return createElement("ol", { class: "records" }, ...entries);
  }
}

/** Select the records that are current, or were current at that moment; the latest days first. */
function selectCurrentRecords(records: RestrictionRecord[], asKnownAt: string): RestrictionRecord[] {
  const moment = asKnownAt === "" ? Infinity : Date.parse(asKnownAt);
  const isCurrent = ({ recorded_from: from, recorded_to: to }: RestrictionRecord): boolean =>
    Date.parse(from) <= moment && (to === null || (asKnownAt !== "" && Date.parse(to) > moment));
  return records.filter(isCurrent).sort((one, other) => (other.valid_from ?? "").localeCompare(one.valid_from ?? ""));
}
