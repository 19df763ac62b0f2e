import "./map-page.css";

import { prewarm, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { addCaptions, downloadPicture } from "./map/canvas/picture";
import { PointsLoadError } from "./map/canvas/point-layers";
import { PointsMap } from "./map/canvas/points-map";
import { createFilterForm } from "./map/panel/filter-form";
import { createMapLegend } from "./map/panel/map-legend";
import { PointCard } from "./map/panel/point-card";
import { createPointSearch } from "./map/panel/point-search";
import { ViewSections } from "./map/panel/view-sections";
import { Service } from "./map/service";
import { readState, type ViewState, writeState } from "./map/state/view-state";
import { createOpeningNotice, type Opening, readOpening } from "./map/time/opening";
import { createTimeBar, STEPS_DAYS } from "./map/time/time-bar";
import { type MapTranslationKey, MapTranslations } from "./map/translations";
import { addDays, countDays } from "./shared/days";
import { createButton, createElement, createSelect } from "./shared/elements";
import { showExampleNotice } from "./shared/example-notice";
import { LANGUAGES } from "./shared/translations";

const LISTS = [
  "poe_type",
  "status_group",
  "operational_status",
  "measure",
  "affected_population",
  "international_travel",
  "evidence",
];

setWorkerUrl(workerUrl);
// Its script is as large again as this one, and can come while the map is made.
prewarm();
const page = document.getElementById("map-page");
if (page !== null) void openMapPage(page);

async function openMapPage(page: HTMLElement): Promise<void> {
  const opening = readOpening(page);
  const state = readState(new URLSearchParams(window.location.search), opening.day, Object.keys(LANGUAGES));
  const translations = new MapTranslations(state.language);
  document.documentElement.lang = translations.language;
  document.documentElement.dir = translations.direction;
  const notice = showExampleNotice(translations.language);
  for (const title of document.querySelectorAll("[data-word=title]")) title.textContent = translations.get("title");
  const service = new Service(page.dataset["root"] ?? "");
  // What the first picture needs is on its way while the map is made.
  service.fetchTravelLevels(state).catch(() => undefined);
  const basemap = await service
    .fetchBasemap(translations.language)
    .catch((error: unknown) => showFailure(error, "failed"));
  if (basemap === null) return;
  // To ask for WebGL beforehand made a second context, which took as long as all requests together.
  await buildPage(page, service, basemap, state, opening, translations, notice).catch((error: unknown) =>
    showFailure(error, "no_webgl"),
  );

  function showFailure(error: unknown, word: "failed" | "no_webgl"): null {
    console.error(error);
    page.replaceChildren(createElement("p", { role: "status" }, translations.get(word)));
    if (word === "failed") page.append(createButton(translations.get("retry"), () => window.location.reload()));
    return null;
  }
}

async function buildPage(
  page: HTMLElement,
  service: Service,
  basemap: StyleSpecification,
  state: ViewState,
  opening: Opening,
  translations: MapTranslations,
  notice: string,
): Promise<void> {
  const isEmbedded = page.classList.contains("embedded");
  const status = createElement("p", { class: "failed", role: "status" });
  const canvas = createElement("div", { class: "map-canvas", role: "region", "aria-label": translations.get("title") });
  const panel = createElement("div", { class: "panel" });
  page.replaceChildren(canvas, panel, status);
  // Before the map is made: the bar takes of its height, and the box on which it opens is to be seen whole.
  const time = createTimeBar(state, opening.span, translations, change);
  const dayShown = createOpeningNotice(opening, translations, time.goTo, service.root);
  if (!new URLSearchParams(window.location.search).has("datetime")) time.element.prepend(dayShown);
  page.append(time.element);
  const box = state.isOpening ? opening.box : null;
  const map = new PointsMap(
    canvas,
    basemap,
    service,
    state,
    translations,
    (point) => void change({ point }),
    moved,
    missed,
    box,
  );
  const card = new PointCard(
    service,
    translations,
    opening.span,
    map.map.getCanvas(),
    () => void change({ point: "" }),
  );
  status.before(card.element);
  const inView = new ViewSections(map.map, service, state, translations, (point) => void change({ point }), time.goTo);

  let asking = 0;

  function keep(said: Partial<ViewState>): void {
    Object.assign(state, said);
    window.history.replaceState(null, "", writeState(state, opening.day, isEmbedded));
  }

  function moved(at: ViewState["at"]): void {
    keep({ at });
    if (canvas.ariaBusy === "false") inView.scheduleUpdate();
  }

  /** Say what is missing. The day and the filters stay, and a click asks for the same again. */
  function missed(word: MapTranslationKey, again: () => void = () => void change({})): void {
    status.replaceChildren(translations.get(word), createButton(translations.get("retry"), again));
  }

  /** Resolves to whether all that was asked for is there. */
  async function change(said: Partial<ViewState>): Promise<boolean> {
    const before = state.day;
    keep(said);
    dayShown.hidden = state.day !== opening.day;
    const asked = (asking += 1);
    canvas.ariaBusy = "true";
    inView.pause();
    let isShown = true;
    try {
      status.replaceChildren();
      await Promise.all([
        map.show(state),
        "point" in said ? card.open(state) : "day" in said ? card.show(state) : null,
      ]);
    } catch (error) {
      console.error(error);
      isShown = false;
      if (asked === asking) missed(error instanceof PointsLoadError ? "points_failed" : "map_failed");
    }
    if (asked !== asking) return isShown;
    canvas.ariaBusy = "false";
    const ahead = countDays(before, state.day);
    // Whoever went a step goes the next one likely too; from a jump nothing follows.
    if (ahead !== 0 && Math.abs(ahead) <= STEPS_DAYS.week) map.preload({ ...state, day: addDays(state.day, ahead) });
    if (!map.map.isMoving()) inView.scheduleUpdate();
    return isShown;
  }

  const shown = change({});
  if (state.asKnownAt !== "")
    page.append(createElement("p", { class: "known-at" }, translations.get("known_at", { moment: state.asKnownAt })));
  // The picture first: all that stands beside it would be asked for in its stead.
  await shown;
  void service.fetchReportedWeeks(state).then(time.showReports, (error: unknown) => console.error(error));
  await fillPanel();

  /** Fill what stands beside the map; where the service fails, say so and offer to ask again. */
  async function fillPanel(): Promise<void> {
    try {
      const learned = Promise.all(
        LISTS.map(async (list) => translations.addCodes(list, await service.fetchCodes(list))),
      );
      const [, regions, countries] = await Promise.all([learned, service.fetchRegions(), service.fetchCountries()]);
      const search = createPointSearch(service, translations, (feature) => {
        if (feature.geometry.type === "Point")
          map.moveTo(feature.geometry.coordinates[0] ?? 0, feature.geometry.coordinates[1] ?? 0);
        void change({ point: String(feature.id) });
      });
      panel.replaceChildren(
        search,
        createFilterForm(state, translations, regions, countries, (said) => void change(said)),
      );
      panel.append(...inView.elements, createMapLegend(translations, map.map), tools());
      if (state.point !== "") await card.show(state);
    } catch (error) {
      console.error(error);
      missed("map_failed", () => void Promise.all([change({}), fillPanel()]));
    }
  }

  function tools(): HTMLElement {
    const languages = Object.entries(LANGUAGES);
    const language = createSelect(translations.get("language"), languages, state.language, (selected) => {
      keep({ language: selected });
      window.location.reload();
    });
    const picture = createButton(translations.get("picture"), () =>
      downloadPicture(pictureNow(), `crossings-${state.day}.png`),
    );
    return createElement(
      "div",
      { class: "tools" },
      language,
      picture,
      createElement("p", { class: "quiet" }, translations.get("notice")),
    );
  }

  function pictureNow(): HTMLCanvasElement {
    const own = translations.get("notice");
    const credits = [...canvas.querySelectorAll(".maplibregl-ctrl-attrib-inner")].map(({ textContent }) =>
      textContent.replace(own, "").trim(),
    );
    const known = state.asKnownAt === "" ? [] : [translations.get("known_at", { moment: state.asKnownAt })];
    const title = `${translations.get("title")}, ${translations.formatDay(state.day)}`;
    const captions = { notice, title, small: [...known, own, ...credits], direction: translations.direction };
    return addCaptions(map.map.getCanvas(), captions, window.devicePixelRatio);
  }
}
