import type { Feature } from "geojson";

import { statusOf, travelLevelOf } from "./categories";
import { itemAddress } from "./item-address";

/** How many of the features under one click are described; a place with a long history has many records. */
const MOST_DESCRIBED = 5;

/**
 * The content of a popup about the features under a click.
 *
 * `items` is the address of their collection's items, or null where the page is already about the one feature.
 * Built from nodes and never from markup, because names come from the files of others.
 */
export function popupContent(features: Feature[], items: URL | null): HTMLElement {
  const content = document.createElement("div");
  content.append(...features.slice(0, MOST_DESCRIBED).map((feature) => description(feature, items)));
  const left = features.length - MOST_DESCRIBED;
  if (left > 0) content.append(paragraph(`and ${left} more here`));
  return content;
}

function description(feature: Feature, items: URL | null): HTMLElement {
  const block = document.createElement("div");
  block.className = "popup-feature";
  const { name, code, iso3 } = feature.properties ?? {};
  block.append(title(String(name ?? code ?? iso3 ?? feature.id ?? ""), feature, items));
  if (code ?? iso3) block.append(paragraph(String(code ?? iso3)));
  block.append(paragraph(state(feature)));
  return block;
}

function title(name: string, feature: Feature, items: URL | null): HTMLElement {
  if (items === null || feature.id === undefined) {
    const strong = document.createElement("strong");
    strong.textContent = name;
    return strong;
  }
  const link = document.createElement("a");
  link.href = itemAddress(items, feature.id);
  link.textContent = name;
  return link;
}

function state({ geometry, properties }: Feature): string {
  if (geometry?.type !== "Point") return `International travel, ${travelLevelOf(properties).label}`;
  const { valid_from: from, valid_to: to, is_stale: isOld, last_assessed: assessed } = properties ?? {};
  const days = from ? `, from ${from}${to ? ` up to and not including ${to}` : ""}` : "";
  return statusOf(properties).label + days + (isOld ? `, last assessed ${assessed}` : "");
}

function paragraph(text: string): HTMLParagraphElement {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
