import "./map-page.css";

import { prewarm, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { MapView } from "./map/map-view";
import { Service } from "./map/service";
import { readState } from "./map/state/view-state";
import { readOpening } from "./map/time/opening";
import { MapTranslations } from "./map/translations";
import { createButton, createElement } from "./shared/elements";
import { showExampleNotice } from "./shared/example-notice";
import { LANGUAGES } from "./shared/translations";

setWorkerUrl(workerUrl);
// The worker's script is as large as this page's own: load it while the map is built.
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
  // Request the levels of the first picture while the map is built.
  service.fetchTravelLevels(state).catch(() => undefined);
  const basemap = await service
    .fetchBasemap(translations.language)
    .catch((error: unknown) => showFailure(page, translations, error, "failed"));
  if (basemap === null) return;
  // No check for WebGL beforehand: it made a second context, which took as long as all requests together.
  try {
    await new MapView(page, service, basemap, state, opening, translations, notice).open();
  } catch (error) {
    showFailure(page, translations, error, "no_webgl");
  }
}

function showFailure(
  page: HTMLElement,
  translations: MapTranslations,
  error: unknown,
  key: "failed" | "no_webgl",
): null {
  console.error(error);
  page.replaceChildren(createElement("p", { role: "status" }, translations.get(key)));
  if (key === "failed") page.append(createButton(translations.get("retry"), () => window.location.reload()));
  return null;
}
