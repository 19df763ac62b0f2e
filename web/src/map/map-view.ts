import type { StyleSpecification } from "maplibre-gl";

import { addDays, countDays } from "../shared/days";
import { createButton, createElement, createSelect } from "../shared/elements";
import { LANGUAGES } from "../shared/translations";
import { addCaptions, downloadPicture } from "./canvas/picture";
import { PointsLoadError } from "./canvas/point-layers";
import { PointsMap } from "./canvas/points-map";
import { createFilterForm } from "./panel/filter-form";
import { createMapLegend } from "./panel/map-legend";
import { PointCard } from "./panel/point-card";
import { createPointSearch } from "./panel/point-search";
import { ViewSections } from "./panel/view-sections";
import type { Service } from "./service";
import { type ViewState, writeState } from "./state/view-state";
import { createOpeningNotice, type Opening } from "./time/opening";
import { createTimeBar, STEPS_DAYS, type TimeBar } from "./time/time-bar";
import type { MapTranslationKey, MapTranslations } from "./translations";

/** The lists of codes whose labels the page shows. */
const LISTS = [
  "poe_type",
  "status_group",
  "operational_status",
  "measure",
  "affected_population",
  "international_travel",
  "evidence",
];

/** The map with its panel, card and time bar: changes the state of the view and draws it. */
export class MapView {
  private readonly status = createElement("p", { class: "failed", role: "status" });
  private readonly canvas: HTMLElement;
  private readonly panel = createElement("div", { class: "panel" });
  private readonly openingNotice: HTMLElement;
  private readonly time: TimeBar;
  private readonly map: PointsMap;
  private readonly card: PointCard;
  private readonly sections: ViewSections;
  /** Number of the latest change: an earlier one that ends later shows nothing. */
  private latestChange = 0;

  /** `notice` is the text of the notice of example data, empty without example data. */
  constructor(
    private readonly page: HTMLElement,
    private readonly service: Service,
    basemap: StyleSpecification,
    private readonly state: ViewState,
    private readonly opening: Opening,
    private readonly translations: MapTranslations,
    private readonly notice: string,
  ) {
    const onChoose = (point: string): void => void this.change({ point });
    this.canvas = createElement("div", {
      class: "map-canvas",
      role: "region",
      "aria-label": translations.get("title"),
    });
    page.replaceChildren(this.canvas, this.panel, this.status);
    // The time bar comes before the map: it takes some of the height in which the opening box must fit.
    this.time = createTimeBar(state, opening.span, translations, (change) => this.change(change));
    this.openingNotice = createOpeningNotice(opening, translations, this.time.goTo, service.root);
    if (!new URLSearchParams(window.location.search).has("datetime")) this.time.element.prepend(this.openingNotice);
    page.append(this.time.element);
    this.map = new PointsMap(
      this.canvas,
      basemap,
      service,
      state,
      translations,
      onChoose,
      (at) => this.handleMove(at),
      (key) => this.showLoadError(key),
      state.isOpening ? opening.box : null,
    );
    const mapCanvas = this.map.map.getCanvas();
    this.card = new PointCard(service, translations, opening.span, mapCanvas, () => void this.change({ point: "" }));
    this.status.before(this.card.element);
    this.sections = new ViewSections(this.map.map, service, state, translations, onChoose, this.time.goTo);
  }

  /** Draw the first picture, then fill the time bar and the panel, whose requests would delay the picture. */
  async open(): Promise<void> {
    const { page, state } = this;
    const drawn = this.change({});
    if (state.asKnownAt !== "") page.append(createElement("p", { class: "known-at" }, this.describeKnownAt()));
    await drawn;
    void this.service.fetchReportedWeeks(state).then(this.time.showReports, (error: unknown) => console.error(error));
    await this.fillPanel();
  }

  private saveState(change: Partial<ViewState>): void {
    Object.assign(this.state, change);
    const isEmbedded = this.page.classList.contains("embedded");
    window.history.replaceState(null, "", writeState(this.state, this.opening.day, isEmbedded));
  }

  private handleMove(at: ViewState["at"]): void {
    this.saveState({ at });
    if (this.canvas.ariaBusy === "false") this.sections.scheduleUpdate();
  }

  /** Show what could not be loaded, with a button to retry. The day and the filters stay as they are. */
  private showLoadError(key: MapTranslationKey, onRetry: () => void = () => void this.change({})): void {
    const { translations } = this;
    this.status.replaceChildren(translations.get(key), createButton(translations.get("retry"), onRetry));
  }

  /** Change the state and draw it. Resolves to whether everything could be loaded. */
  private async change(change: Partial<ViewState>): Promise<boolean> {
    const { state, canvas } = this;
    const before = state.day;
    this.saveState(change);
    this.openingNotice.hidden = state.day !== this.opening.day;
    this.latestChange += 1;
    const number = this.latestChange;
    canvas.ariaBusy = "true";
    this.sections.pause();
    const error = await this.draw(change).catch((error: unknown) => error ?? new Error("nothing was drawn"));
    const isDrawn = error === undefined;
    if (!isDrawn) console.error(error);
    if (number !== this.latestChange) return isDrawn;
    if (!isDrawn) this.showLoadError(error instanceof PointsLoadError ? "points_failed" : "map_failed");
    canvas.ariaBusy = "false";
    this.preloadNextDay(countDays(before, state.day));
    if (!this.map.map.isMoving()) this.sections.scheduleUpdate();
    return isDrawn;
  }

  private async draw(change: Partial<ViewState>): Promise<void> {
    const { card, map, state } = this;
    this.status.replaceChildren();
    await Promise.all([
      map.show(state),
      "point" in change ? card.open(state) : "day" in change ? card.show(state) : null,
    ]);
  }

  /** After a step of at most a week, load the day of the next step: it is likely to follow. */
  private preloadNextDay(step: number): void {
    const { map, state } = this;
    if (step === 0 || Math.abs(step) > STEPS_DAYS.week) return;
    map.preload({ ...state, day: addDays(state.day, step) });
  }

  /** Fill the panel beside the map. If the service fails, show an error with a button to retry. */
  private async fillPanel(): Promise<void> {
    const { panel, service, state, translations } = this;
    try {
      const labels = Promise.all(
        LISTS.map(async (list) => translations.addCodes(list, await service.fetchCodes(list))),
      );
      const [, regions, countries] = await Promise.all([labels, service.fetchRegions(), service.fetchCountries()]);
      const form = createFilterForm(state, translations, regions, countries, (change) => void this.change(change));
      panel.replaceChildren(this.createSearch(), form);
      panel.append(...this.sections.elements, createMapLegend(translations, this.map.map), this.createTools());
      if (state.point !== "") await this.card.show(state);
    } catch (error) {
      console.error(error);
      this.showLoadError("map_failed", () => void Promise.all([this.change({}), this.fillPanel()]));
    }
  }

  private createSearch(): HTMLElement {
    return createPointSearch(this.service, this.translations, ({ id, geometry }) => {
      if (geometry.type === "Point") this.map.moveTo(geometry.coordinates[0] ?? 0, geometry.coordinates[1] ?? 0);
      void this.change({ point: String(id) });
    });
  }

  private createTools(): HTMLElement {
    const { translations } = this;
    const languages = Object.entries(LANGUAGES);
    const language = createSelect(translations.get("language"), languages, this.state.language, (selected) => {
      this.saveState({ language: selected });
      window.location.reload();
    });
    const picture = createButton(translations.get("picture"), () =>
      downloadPicture(this.renderPicture(), `crossings-${this.state.day}.png`),
    );
    const disclaimer = createElement("p", { class: "quiet" }, translations.get("notice"));
    return createElement("div", { class: "tools" }, language, picture, disclaimer);
  }

  /** The map as it is drawn now, with its title, disclaimer and credits. */
  private renderPicture(): HTMLCanvasElement {
    const { canvas, state, translations } = this;
    const disclaimer = translations.get("notice");
    const credits = [...canvas.querySelectorAll(".maplibregl-ctrl-attrib-inner")].map(({ textContent }) =>
      textContent.replace(disclaimer, "").trim(),
    );
    const knownAt = state.asKnownAt === "" ? [] : [this.describeKnownAt()];
    const title = `${translations.get("title")}, ${translations.formatDay(state.day)}`;
    const small = [...knownAt, disclaimer, ...credits];
    const captions = { notice: this.notice, title, small, direction: translations.direction };
    return addCaptions(this.map.map.getCanvas(), captions, window.devicePixelRatio);
  }

  private describeKnownAt(): string {
    return this.translations.get("known_at", { moment: this.state.asKnownAt });
  }
}
