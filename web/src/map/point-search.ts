import type { Feature } from "geojson";

import { button, element } from "./elements";
import type { Service } from "./service";
import type { Words } from "./words";

const SHORTEST = 2;
const WAIT_MS = 250;
const MOST = "8";

/** A field that finds points by name, IATA or UN/LOCODE; `found` is told of the one that is chosen. */
export function pointSearch(service: Service, words: Words, found: (feature: Feature) => void): HTMLElement {
  const field = element("input", { type: "search", autocomplete: "off", "aria-label": words.say("search"), placeholder: words.say("search") });
  const list = element("ul", { class: "found", "aria-live": "polite" });
  let stop = new AbortController();
  let waiting = 0;

  const choose = (feature: Feature): void => {
    // The keyboard comes back here from the card; a finger would have its keyboard on the screen opened.
    if (list.querySelector(":focus-visible") !== null) field.focus();
    list.replaceChildren();
    field.value = String(feature.properties?.["name"] ?? "");
    found(feature);
  };
  const look = async (): Promise<void> => {
    stop.abort();
    stop = new AbortController();
    const text = field.value.trim();
    if (text.length < SHORTEST) return list.replaceChildren();
    const { signal } = stop;
    const ask = async (filter: string): Promise<Feature[]> => {
      const asked = { filter, limit: MOST, properties: "name,iata,unlocode,country_name" };
      return (await service.items("points-of-entry", asked, signal)).features;
    };
    try {
      // Who writes a code means it: BEG is Belgrade before it is a part of any name.
      const [coded, named] = await Promise.all([ask(byCode(text)), ask(byName(text))]);
      const others = named.filter(({ id }) => !coded.some((each) => each.id === id));
      const features = [...coded, ...others];
      const entries = features.map((feature) => element("li", {}, button(described(feature), () => choose(feature))));
      list.replaceChildren(...(entries.length > 0 ? entries : [element("li", {}, words.say("nothing_found"))]));
    } catch (error) {
      if (signal.aborted) return;
      console.error(error);
      list.replaceChildren(element("li", {}, words.say("failed"), " ", button(words.say("retry"), () => void look())));
    }
  };
  field.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void look(), WAIT_MS);
  });
  field.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") list.replaceChildren();
    if (key === "ArrowDown") list.querySelector("button")?.focus();
  });
  return element("div", { class: "search", role: "search" }, field, list);
}

/** In CQL2: a part of the name, whatever its case and accents. */
function byName(text: string): string {
  const pattern = quoted(text).replaceAll("\\", "\\\\").replaceAll("%", "\\%").replaceAll("_", "\\_");
  return `CASEI(ACCENTI(name)) LIKE CASEI(ACCENTI('%${pattern}%'))`;
}

function byCode(text: string): string {
  const code = quoted(text).toUpperCase();
  return `iata = '${code}' OR icao = '${code}' OR unlocode = '${code}' OR code = '${code}'`;
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

function described({ properties }: Feature): string {
  const { name, iata, unlocode, country_name: country } = properties ?? {};
  return [name, iata ?? unlocode, country].filter(Boolean).join(", ");
}
