import { createElement } from "../../shared/elements";

/** Texts on a picture of the map: the notice above it (empty for none), a title and small lines below it. */
export interface Captions {
  notice: string;
  title: string;
  small: string[];
  direction: "ltr" | "rtl";
}

interface Line {
  text: string;
  size: number;
  weight: number;
}

const SMALL_PX = 12;
const LARGE_PX = 16;
const LINE_HEIGHT = 1.4;
const MARGIN_PX = 10;
const PLAIN = { ink: "#1d2733", ground: "#ffffff" };
/** The colours of the notice on pages. */
const WARNING = { ink: "#3d2200", ground: "#ffd9a0" };

/** Combine the map and its captions in one picture, because a picture is passed on without its page. */
export function addCaptions(map: HTMLCanvasElement, captions: Captions, scale: number): HTMLCanvasElement {
  const picture = createElement("canvas");
  const context = picture.getContext("2d");
  if (context === null) throw new Error("this browser draws no pictures");
  const above = wrapLines(context, [createLine(captions.notice, LARGE_PX, 700)], map.width, scale);
  const below = wrapLines(
    context,
    [createLine(captions.title, LARGE_PX, 700), ...captions.small.map((text) => createLine(text, SMALL_PX, 400))],
    map.width,
    scale,
  );
  const [top, bottom] = [measureHeight(above, scale), measureHeight(below, scale)];
  [picture.width, picture.height] = [map.width, top + map.height + bottom];
  context.drawImage(map, 0, top);
  context.direction = captions.direction;
  writeLines(context, above, WARNING, 0, top, scale);
  writeLines(context, below, PLAIN, top + map.height, bottom, scale);
  return picture;
}

/** Download the picture as a file of this name. */
export function downloadPicture(picture: HTMLCanvasElement, name: string): void {
  picture.toBlob((blob) => {
    if (blob === null) return;
    const link = createElement("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

function createLine(text: string, size: number, weight: number): Line {
  return { text, size, weight };
}

function buildFont({ size, weight }: Line, scale: number): string {
  return `${weight} ${size * scale}px system-ui, sans-serif`;
}

/** Break lines between words if they are wider than the picture. */
function wrapLines(context: CanvasRenderingContext2D, lines: Line[], width: number, scale: number): Line[] {
  const maxWidth = width - 2 * MARGIN_PX * scale;
  return lines
    .filter(({ text }) => text !== "")
    .flatMap((each) => {
      context.font = buildFont(each, scale);
      const parts: string[] = [];
      for (const word of each.text.split(/\s+/)) {
        const longer = [parts.at(-1), word].filter(Boolean).join(" ");
        if (parts.length > 0 && context.measureText(longer).width <= maxWidth) parts[parts.length - 1] = longer;
        else parts.push(word);
      }
      return parts.map((text) => ({ ...each, text }));
    });
}

function measureHeight(lines: Line[], scale: number): number {
  const text = lines.reduce((sum, { size }) => sum + size * LINE_HEIGHT, 0);
  return lines.length === 0 ? 0 : Math.ceil((text + MARGIN_PX) * scale);
}

function writeLines(
  context: CanvasRenderingContext2D,
  lines: Line[],
  { ink, ground: background }: typeof PLAIN,
  top: number,
  height: number,
  scale: number,
): void {
  context.fillStyle = background;
  context.fillRect(0, top, context.canvas.width, height);
  context.fillStyle = ink;
  context.textBaseline = "middle";
  context.textAlign = "start";
  const x = context.direction === "rtl" ? context.canvas.width - MARGIN_PX * scale : MARGIN_PX * scale;
  let y = top + (MARGIN_PX * scale) / 2;
  for (const each of lines) {
    context.font = buildFont(each, scale);
    context.fillText(each.text, x, y + (each.size * LINE_HEIGHT * scale) / 2);
    y += each.size * LINE_HEIGHT * scale;
  }
}
