import type { Map as WebMap } from "maplibre-gl";

import { HALF_STRENGTH_ZOOM, halfStrength, NO_LEVEL, POE_TYPES, STATUS_GROUPS, TRAVEL_LEVELS, type Category } from "../categories";
import { staleAfterDays } from "./days";
import { element } from "./elements";
import { CANDIDATE_ICON, OLD, PIXEL_RATIO, pointIcons } from "./icons";
import type { Words } from "./words";

/** What shapes, marks and colours stand for, on this map. */
export function mapLegend(words: Words, map: WebMap): HTMLElement {
  const icons = new Map(pointIcons());
  const sign = (name: string, text: string): HTMLLIElement => entry(pictured(icons.get(name)), text);
  const shapes = POE_TYPES.map(({ value }) => sign(`not_assessed|${value}`, words.label("poe_type", value)));
  const groups = [...STATUS_GROUPS].reverse().map(({ value }) => sign(`${value}|blue_border_point`, words.label("status_group", String(value))));
  const none = sign("not_assessed|blue_border_point", words.say("not_assessed"));
  const stale = sign(`fully_closed|blue_border_point${OLD}`, words.say("stale", { days: String(staleAfterDays()) }));
  const candidate = sign(CANDIDATE_ICON, words.say("candidates_shown"));
  const legend = element("details", { class: "map-legend" }, element("summary", {}, words.say("legend")));
  legend.append(
    element("ul", {}, ...shapes, candidate),
    element("ul", {}, ...groups, none, stale),
    element("p", {}, words.say("travel")),
    levels(words, map),
  );
  legend.open = window.matchMedia("(min-width: 60rem)").matches;
  return legend;
}

/** The colours of levels as the map has them, at half strength where it is near. */
function levels(words: Words, map: WebMap): HTMLElement {
  const shown: [Category, string][] = TRAVEL_LEVELS.map((level) => [level, words.label("international_travel", String(level.value))]);
  shown.push([NO_LEVEL, words.say("no_level")]);
  const entries = shown.map(([{ colour }, text]) => ({ colour, sign: swatch(colour, "level"), text }));
  const colour = (): void => {
    const isNear = map.getZoom() >= HALF_STRENGTH_ZOOM;
    for (const { colour, sign } of entries) sign.style.background = isNear ? halfStrength(colour) : colour;
  };
  map.on("zoom", colour);
  colour();
  return element("ul", {}, ...entries.map(({ sign, text }) => entry(sign, text)));
}

export function entry(sign: HTMLElement, text: string): HTMLLIElement {
  return element("li", {}, sign, text);
}

export function swatch(colour: string, kind: string): HTMLElement {
  const made = element("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
  if (kind !== "level") made.style.borderColor = colour;
  made.style.background = colour;
  return made;
}

/** How a swatch has the lines of areas without a level. */
export function hatching({ colour, hatch }: typeof NO_LEVEL): string {
  return `repeating-linear-gradient(135deg, ${hatch} 0 1.5px, ${colour} 1.5px 4px)`;
}

/** The picture as an element, to stand in a list. */
export function pictured(image: ImageData | undefined): HTMLElement {
  const canvas = element("canvas", { class: "shape", "aria-hidden": "true" });
  if (image !== undefined) {
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.style.width = `${image.width / PIXEL_RATIO}px`;
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  }
  return canvas;
}
