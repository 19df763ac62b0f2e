import { NO_LEVEL, NOT_ASSESSED, POE_TYPES, STATUS_GROUPS, TRAVEL_LEVELS } from "../categories";
import { staleAfterDays } from "./days";
import { element } from "./elements";
import { PIXEL_RATIO, pointIcons, STALE } from "./icons";
import type { Words } from "./words";

/** What shapes and colours stand for. */
export function mapLegend(words: Words): HTMLElement {
  const icons = new Map(pointIcons());
  const shapes = POE_TYPES.map(({ value }) => entry(picture(icons.get(`unknown|${value}`)), words.label("poe_type", value)));
  const groups = [...STATUS_GROUPS].reverse().map(({ value, colour }) => entry(swatch(colour, "round"), words.label("status_group", String(value))));
  const none = entry(swatch(NOT_ASSESSED.colour, "round empty"), words.say("not_assessed"));
  const stale = entry(picture(icons.get(`unknown|land_border_point${STALE}`)), words.say("stale", { days: String(staleAfterDays()) }));
  const levels = TRAVEL_LEVELS.map(({ value, colour }) => entry(swatch(colour, ""), words.label("international_travel", String(value))));
  const noLevel = entry(swatch(NO_LEVEL.colour, ""), words.say("no_level"));
  const legend = element("details", { class: "map-legend" }, element("summary", {}, words.say("legend")));
  legend.append(
    element("ul", {}, ...shapes),
    element("ul", {}, ...groups, none, stale),
    element("p", {}, words.say("travel")),
    element("ul", {}, ...levels, noLevel),
  );
  legend.open = window.matchMedia("(min-width: 60rem)").matches;
  return legend;
}

export function entry(sign: HTMLElement, text: string): HTMLLIElement {
  return element("li", {}, sign, text);
}

export function swatch(colour: string, kind: string): HTMLElement {
  const made = element("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
  made.style.borderColor = colour;
  made.style.background = kind.includes("empty") ? "#ffffff" : colour;
  return made;
}

function picture(image: ImageData | undefined): HTMLElement {
  const canvas = element("canvas", { class: "shape", "aria-hidden": "true" });
  if (image !== undefined) {
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.style.width = `${image.width / PIXEL_RATIO}px`;
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  }
  return canvas;
}
