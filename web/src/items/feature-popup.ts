import type { Feature } from "geojson";

import { getStatusCategory, getTravelLevel } from "../shared/categories";
import { buildItemUrl } from "./item-url";

/** The number of features that one popup describes; a place with a long history has many records. */
const MAX_DESCRIBED = 5;

/**
 * Create the content of a popup about the features under a click.
 *
 * `items` is the URL of their collection's items, or null on the page of a single feature.
 * Builds nodes and never markup, because names come from other people's files.
 */
export function createPopupContent(features: Feature[], items: URL | null): HTMLElement {
  const content = document.createElement("div");
  content.append(...features.slice(0, MAX_DESCRIBED).map((feature) => createDescription(feature, items)));
  const hidden = features.length - MAX_DESCRIBED;
  if (hidden > 0) content.append(createParagraph(`and ${hidden} more here`));
  return content;
}

function createDescription(feature: Feature, items: URL | null): HTMLElement {
  const block = document.createElement("div");
  block.className = "popup-feature";
  const { name, code, iso3 } = feature.properties ?? {};
  block.append(createTitle(String(name ?? code ?? iso3 ?? feature.id ?? ""), feature, items));
  if (code ?? iso3) block.append(createParagraph(String(code ?? iso3)));
  block.append(createParagraph(describeState(feature)));
  return block;
}

function createTitle(name: string, feature: Feature, items: URL | null): HTMLElement {
  if (items === null || feature.id === undefined) {
    const strong = document.createElement("strong");
    strong.textContent = name;
    return strong;
  }
  const link = document.createElement("a");
  link.href = buildItemUrl(items, feature.id);
  link.textContent = name;
  return link;
}

function describeState({ geometry, properties }: Feature): string {
  if (geometry?.type !== "Point") return `International travel, ${getTravelLevel(properties).label}`;
  const { valid_from: from, valid_to: to, is_stale: isOld, last_assessed: assessed } = properties ?? {};
  const days = from ? `, from ${from}${to ? ` up to and not including ${to}` : ""}` : "";
  return getStatusCategory(properties).label + days + (isOld ? `, last assessed ${assessed}` : "");
}

function createParagraph(text: string): HTMLParagraphElement {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
