import type { NO_LEVEL } from "./categories";
import { createElement } from "./elements";
import { PIXEL_RATIO } from "./icons";

export function createLegendEntry(sign: HTMLElement, text: string): HTMLLIElement {
  return createElement("li", {}, sign, text);
}

export function createSwatch(colour: string, kind: string): HTMLElement {
  const created = createElement("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
  if (kind !== "level") created.style.borderColor = colour;
  created.style.background = colour;
  return created;
}

/** Build the CSS background of a swatch with the hatching of areas without a level. */
export function buildHatchingCss({ colour, hatch }: typeof NO_LEVEL): string {
  return `repeating-linear-gradient(135deg, ${hatch} 0 1.5px, ${colour} 1.5px 4px)`;
}

/** Create an element that shows the icon in a list. */
export function createIconElement(image: ImageData | undefined): HTMLElement {
  const canvas = createElement("canvas", { class: "shape", "aria-hidden": "true" });
  if (image !== undefined) {
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.style.width = `${image.width / PIXEL_RATIO}px`;
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  }
  return canvas;
}
