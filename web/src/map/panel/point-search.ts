import type { Feature } from "geojson";

import { createButton, createElement } from "../../shared/elements";
import type { Service } from "../service";
import type { MapTranslations } from "../translations";

const MIN_LENGTH = 2;
const WAIT_MS = 250;
const MAX_RESULTS = "8";

/** Create a search field for points by name, IATA or UN/LOCODE; `onChoose` gets the selected one. */
export function createPointSearch(
  service: Service,
  translations: MapTranslations,
  onChoose: (feature: Feature) => void,
): HTMLElement {
  const field = createElement("input", {
    type: "search",
    autocomplete: "off",
    "aria-label": translations.get("search"),
    placeholder: translations.get("search"),
  });
  const list = createElement("ul", { class: "found", "aria-live": "polite" });
  let abortController = new AbortController();
  let timer = 0;

  const choose = (feature: Feature): void => {
    // With the keyboard, the card returns the focus here. On a touch screen this would open the screen keyboard.
    if (list.querySelector(":focus-visible") !== null) field.focus();
    list.replaceChildren();
    field.value = String(feature.properties?.["name"] ?? "");
    onChoose(feature);
  };
  const search = async (): Promise<void> => {
    abortController.abort();
    abortController = new AbortController();
    const text = field.value.trim();
    if (text.length < MIN_LENGTH) return list.replaceChildren();
    const { signal } = abortController;
    const fetchMatches = async (filter: string): Promise<Feature[]> => {
      const query = { filter, limit: MAX_RESULTS, properties: "name,iata,unlocode,country_name" };
      return (await service.fetchItems("points-of-entry", query, signal)).features;
    };
    try {
      // Codes come first: BEG is Belgrade before it is a part of a name.
      const [codeMatches, nameMatches] = await Promise.all([
        fetchMatches(buildCodeFilter(text)),
        fetchMatches(buildNameFilter(text)),
      ]);
      const others = nameMatches.filter(({ id }) => !codeMatches.some((each) => each.id === id));
      const features = [...codeMatches, ...others];
      const entries = features.map((feature) =>
        createElement(
          "li",
          {},
          createButton(describePoint(feature), () => choose(feature)),
        ),
      );
      list.replaceChildren(
        ...(entries.length > 0 ? entries : [createElement("li", {}, translations.get("nothing_found"))]),
      );
    } catch (error) {
      if (signal.aborted) return;
      console.error(error);
      list.replaceChildren(
        createElement(
          "li",
          {},
          translations.get("failed"),
          " ",
          createButton(translations.get("retry"), () => void search()),
        ),
      );
    }
  };
  field.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void search(), WAIT_MS);
  });
  field.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") list.replaceChildren();
    if (key === "ArrowDown") list.querySelector("button")?.focus();
  });
  return createElement("div", { class: "search", role: "search" }, field, list);
}

/** Build a CQL2 filter for a part of the name, ignoring case and accents. */
function buildNameFilter(text: string): string {
  const pattern = escapeQuotes(text).replaceAll("\\", "\\\\").replaceAll("%", "\\%").replaceAll("_", "\\_");
  return `CASEI(ACCENTI(name)) LIKE CASEI(ACCENTI('%${pattern}%'))`;
}

function buildCodeFilter(text: string): string {
  const code = escapeQuotes(text).toUpperCase();
  return `iata = '${code}' OR icao = '${code}' OR unlocode = '${code}' OR code = '${code}'`;
}

function escapeQuotes(text: string): string {
  return text.replaceAll("'", "''");
}

function describePoint({ properties }: Feature): string {
  const { name, iata, unlocode, country_name: country } = properties ?? {};
  return [name, iata ?? unlocode, country].filter(Boolean).join(", ");
}
