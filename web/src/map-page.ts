import "./map-page.css";

import { prewarm, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { sayExample } from "./example-notice";
import { dayAfter, daysBetween } from "./map/days";
import { button, choice, element } from "./map/elements";
import { filterForm } from "./map/filter-form";
import { InView } from "./map/in-view";
import { mapLegend } from "./map/map-legend";
import { PointsFailed } from "./map/layers";
import { captioned, keepPicture } from "./map/picture";
import { PointCard } from "./map/point-card";
import { pointSearch } from "./map/point-search";
import { PointsMap } from "./map/points-map";
import { Service } from "./map/service";
import { openingNotice, readOpening, type Opening } from "./map/reported-days";
import { STEPS_DAYS, timeBar } from "./map/time-bar";
import { readState, writeState, type ViewState } from "./map/view-state";
import { LANGUAGES, Words, type Word } from "./map/words";

const LISTS = ["poe_type", "status_group", "operational_status", "measure", "affected_population", "international_travel", "evidence"];

setWorkerUrl(workerUrl);
// Its script is as large again as this one, and can come while the map is made.
prewarm();
const page = document.getElementById("map-page");
if (page !== null) void open(page);

async function open(page: HTMLElement): Promise<void> {
  const opening = readOpening(page);
  const state = readState(new URLSearchParams(window.location.search), opening.day, Object.keys(LANGUAGES));
  const words = new Words(state.language);
  document.documentElement.lang = words.language;
  document.documentElement.dir = words.direction;
  const notice = sayExample(words.language);
  for (const title of document.querySelectorAll("[data-word=title]")) title.textContent = words.say("title");
  const service = new Service(page.dataset["root"] ?? "");
  // What the first picture needs is on its way while the map is made.
  service.travelLevels(state).catch(() => undefined);
  const basemap = await service.basemap(words.language).catch((error: unknown) => giveUp(error, "failed"));
  if (basemap === null) return;
  // To ask for WebGL beforehand made a second context, which took as long as all requests together.
  await build(page, service, basemap, state, opening, words, notice).catch((error: unknown) => giveUp(error, "no_webgl"));

  function giveUp(error: unknown, word: "failed" | "no_webgl"): null {
    console.error(error);
    page.replaceChildren(element("p", { role: "status" }, words.say(word)));
    if (word === "failed") page.append(button(words.say("retry"), () => window.location.reload()));
    return null;
  }
}

async function build(
  page: HTMLElement,
  service: Service,
  basemap: StyleSpecification,
  state: ViewState,
  opening: Opening,
  words: Words,
  notice: string,
): Promise<void> {
  const isEmbedded = page.classList.contains("embedded");
  const status = element("p", { class: "failed", role: "status" });
  const canvas = element("div", { class: "map-canvas", role: "region", "aria-label": words.say("title") });
  const panel = element("div", { class: "panel" });
  page.replaceChildren(canvas, panel, status);
  // Before the map is made: the bar takes of its height, and the box on which it opens is to be seen whole.
  const time = timeBar(state, opening.span, words, change);
  const dayShown = openingNotice(opening, words, time.goTo, service.root);
  if (!new URLSearchParams(window.location.search).has("datetime")) time.element.prepend(dayShown);
  page.append(time.element);
  const box = state.isOpening ? opening.box : null;
  const map = new PointsMap(canvas, basemap, service, state, words, (point) => void change({ point }), moved, missed, box);
  const card = new PointCard(service, words, opening.span, map.map.getCanvas(), () => void change({ point: "" }));
  status.before(card.element);
  const inView = new InView(map.map, service, state, words, (point) => void change({ point }), time.goTo);

  let asking = 0;

  function keep(said: Partial<ViewState>): void {
    Object.assign(state, said);
    window.history.replaceState(null, "", writeState(state, opening.day, isEmbedded));
  }

  function moved(at: ViewState["at"]): void {
    keep({ at });
    if (canvas.ariaBusy === "false") inView.rest();
  }

  /** Say what is missing. The day and the filters stay, and a click asks for the same again. */
  function missed(word: Word, again: () => void = () => void change({})): void {
    status.replaceChildren(words.say(word), button(words.say("retry"), again));
  }

  /** Resolves to whether all that was asked for is there. */
  async function change(said: Partial<ViewState>): Promise<boolean> {
    const before = state.day;
    keep(said);
    dayShown.hidden = state.day !== opening.day;
    const asked = (asking += 1);
    canvas.ariaBusy = "true";
    inView.move();
    let isShown = true;
    try {
      status.replaceChildren();
      await Promise.all([map.show(state), "point" in said ? card.open(state) : "day" in said ? card.show(state) : null]);
    } catch (error) {
      console.error(error);
      isShown = false;
      if (asked === asking) missed(error instanceof PointsFailed ? "points_failed" : "map_failed");
    }
    if (asked !== asking) return isShown;
    canvas.ariaBusy = "false";
    const ahead = daysBetween(before, state.day);
    // Whoever went a step goes the next one likely too; from a jump nothing follows.
    if (ahead !== 0 && Math.abs(ahead) <= STEPS_DAYS.week) map.expect({ ...state, day: dayAfter(state.day, ahead) });
    if (!map.map.isMoving()) inView.rest();
    return isShown;
  }

  const shown = change({});
  if (state.asKnownAt !== "") page.append(element("p", { class: "known-at" }, words.say("known_at", { moment: state.asKnownAt })));
  // The picture first: all that stands beside it would be asked for in its stead.
  await shown;
  void service.reportedDays(state).then(time.showReports, (error: unknown) => console.error(error));
  await fillPanel();

  /** Fill what stands beside the map; where the service fails, say so and offer to ask again. */
  async function fillPanel(): Promise<void> {
    try {
      const learned = Promise.all(LISTS.map(async (list) => words.learn(list, await service.codes(list))));
      const [, regions, countries] = await Promise.all([learned, service.regions(), service.countries()]);
      const search = pointSearch(service, words, (feature) => {
        if (feature.geometry.type === "Point") map.goTo(feature.geometry.coordinates[0] ?? 0, feature.geometry.coordinates[1] ?? 0);
        void change({ point: String(feature.id) });
      });
      panel.replaceChildren(search, filterForm(state, words, regions, countries, (said) => void change(said)));
      panel.append(...inView.elements, mapLegend(words, map.map), tools());
      if (state.point !== "") await card.show(state);
    } catch (error) {
      console.error(error);
      missed("map_failed", () => void Promise.all([change({}), fillPanel()]));
    }
  }

  function tools(): HTMLElement {
    const languages = Object.entries(LANGUAGES);
    const language = choice(words.say("language"), languages, state.language, (chosen) => {
      keep({ language: chosen });
      window.location.reload();
    });
    const picture = button(words.say("picture"), () => keepPicture(pictureNow(), `crossings-${state.day}.png`));
    return element("div", { class: "tools" }, language, picture, element("p", { class: "quiet" }, words.say("notice")));
  }

  function pictureNow(): HTMLCanvasElement {
    const own = words.say("notice");
    const credits = [...canvas.querySelectorAll(".maplibregl-ctrl-attrib-inner")].map(({ textContent }) => textContent.replace(own, "").trim());
    const known = state.asKnownAt === "" ? [] : [words.say("known_at", { moment: state.asKnownAt })];
    const title = `${words.say("title")}, ${words.day(state.day)}`;
    const captions = { notice, title, small: [...known, own, ...credits], direction: words.direction };
    return captioned(map.map.getCanvas(), captions, window.devicePixelRatio);
  }
}
