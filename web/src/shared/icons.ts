import {
  CANDIDATE,
  EDGE,
  type Mark,
  NOT_ASSESSED,
  POE_TYPES,
  type Shape,
  STATUS_GROUPS,
  type StatusSymbol,
} from "./categories";

/** Icons are drawn at twice their size, for screens with a device pixel ratio of 2. */
export const PIXEL_RATIO = 2;
/** A symbol is 17 pixels wide within its white edge. */
const SIZE_PX = 17;
/** The side of the square in which shapes are defined; the origin is its centre. */
const UNITS = 16;
const SCALE = (SIZE_PX / UNITS) * PIXEL_RATIO;
const SIDE = (SIZE_PX + 2 * EDGE.width_px) * PIXEL_RATIO;
/** Symbols without a status are smaller: a map may be full of them. */
const EMPTY_SCALE = 0.8;

/** The names of the counts of a cluster of points with their symbols, in the order of the parts of a ring. */
const RING_SYMBOLS: [name: string, symbol: StatusSymbol][] = [
  ...[...STATUS_GROUPS].reverse().map((symbol): [string, StatusSymbol] => [String(symbol.value), symbol]),
  ["not_assessed", NOT_ASSESSED],
];
export const RING_COUNTS = RING_SYMBOLS.map(([name]) => name);
/** The names of the counts of points with old reports. */
export const OLD_RING_COUNTS = STATUS_GROUPS.map(({ value }) => `${value}_old`).reverse();

/** The end of the name of the icon of a point with an old report. */
export const OLD_SUFFIX = "|old";
/** The name of the icon of a candidate. */
export const CANDIDATE_ICON = "candidate";

/** The offset of an icon: two posts at the same place are drawn beside each other. */
export const SIDE_BY_SIDE = [
  "match",
  ["get", "side"],
  -1,
  ["literal", [-9, 0]],
  1,
  ["literal", [9, 0]],
  ["literal", [0, 0]],
];

/** Draw the icon of each kind of point: its shape is the type, its fill and mark the status group, pale if old. */
export function drawPointIcons(): [name: string, image: ImageData][] {
  const byType = POE_TYPES.flatMap(({ value: type, shape }) => [
    ...STATUS_GROUPS.flatMap((symbol): [string, ImageData][] => [
      [`${symbol.value}|${type}`, drawSymbol(shape, symbol, false)],
      [`${symbol.value}|${type}${OLD_SUFFIX}`, drawSymbol(shape, symbol, true)],
    ]),
    [`not_assessed|${type}`, drawSymbol(shape, NOT_ASSESSED, false)] as [string, ImageData],
  ]);
  return [...byType, [CANDIDATE_ICON, renderImage(SIDE, drawPlus)]];
}

/** Draw, from the outside in: white edge, fill, mark, dark line. */
function drawSymbol(shape: Shape, { colour, line, tint, mark }: StatusSymbol, isOld: boolean): ImageData {
  return renderImage(SIDE, (context) => {
    const scale = SCALE * (mark === "empty" ? EMPTY_SCALE : 1);
    context.scale(scale, scale);
    const outline = buildOutline(shape);
    strokeOutline(context, outline, EDGE.colour, (EDGE.line_px + 2 * EDGE.width_px) * (UNITS / SIZE_PX));
    context.fillStyle = mark === "half" ? EDGE.colour : isOld ? tint : colour;
    context.fill(outline);
    context.save();
    context.clip(outline);
    drawMark(context, mark, MIDDLES[shape], isOld ? line : EDGE.colour, isOld ? tint : colour);
    context.restore();
    if (isOld) context.setLineDash(EDGE.old_dashes_px.map((length) => length * (UNITS / SIZE_PX)));
    strokeOutline(context, outline, line, EDGE.line_px * (UNITS / SIZE_PX));
  });
}

function strokeOutline(context: CanvasRenderingContext2D, outline: Path2D, colour: string, width: number): void {
  context.lineJoin = "round";
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke(outline);
}

/** How far below the origin the middle of a shape's mark lies. */
const MIDDLES: Record<Shape, number> = { circle: 0, diamond: 0, square: 0, triangle: 2.2 };

function drawMark(context: CanvasRenderingContext2D, mark: Mark, middle: number, colour: string, below: string): void {
  context.fillStyle = mark === "half" ? below : colour;
  if (mark === "half") context.fillRect(-UNITS / 2, middle === 0 ? 0 : 0.4, UNITS, UNITS);
  if (mark === "bar") context.fillRect(-3, middle - 1.05, 6, 2.1);
  if (mark === "question") {
    context.font = "700 9px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("?", 0, middle + 0.5);
  }
}

function buildOutline(shape: Shape): Path2D {
  if (shape === "triangle") return new Path2D("M0 -6.4 7.2 6H-7.2Z");
  if (shape === "square") return new Path2D("M-6 -6H6V6H-6Z");
  if (shape === "diamond") return new Path2D("M0 -7.4 7.4 0 0 7.4 -7.4 0Z");
  const circle = new Path2D();
  circle.arc(0, 0, 6.6, 0, 2 * Math.PI);
  return circle;
}

/** Draw the outline of a candidate, without a fill. */
function drawPlus(context: CanvasRenderingContext2D): void {
  context.scale(SCALE, SCALE);
  const outline = new Path2D("M-2 -5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z");
  strokeOutline(context, outline, EDGE.colour, EDGE.line_px + EDGE.width_px);
  strokeOutline(context, outline, CANDIDATE.line, EDGE.line_px);
}

const RING_WIDTH_PX = 5;
const MAX_RING_PX = 19;

/**
 * Draw the ring of a name such as `ring|12|0|3|1|0|2|0|0|1`: a part for each status group, and in it one for old
 * reports. Null if the name is not that of a ring.
 */
export function drawRingIcon(name: string): ImageData | null {
  const [kind, ...counts] = name.split("|");
  if (kind !== "ring") return null;
  const numbers = counts.map(Number);
  const all = numbers.slice(0, RING_COUNTS.length);
  const total = all.reduce((sum, number) => sum + number, 0);
  const radius = PIXEL_RATIO * Math.min(MAX_RING_PX, 8.5 + 0.62 * Math.sqrt(total));
  const parts = RING_SYMBOLS.flatMap(([, { colour, tint }], place): [string, number][] => {
    const old = numbers[RING_COUNTS.length + place] ?? 0;
    return [
      [colour, (all[place] ?? 0) - old],
      [tint, old],
    ];
  });
  return renderImage(2 * (radius + PIXEL_RATIO * (RING_WIDTH_PX / 2 + 2)), (context) =>
    drawRing(context, parts, total, radius),
  );
}

/** `radius` is that of the middle of the band. Lines on both sides of the band make its pale parts visible. */
function drawRing(context: CanvasRenderingContext2D, parts: [string, number][], total: number, radius: number): void {
  const width = PIXEL_RATIO * RING_WIDTH_PX;
  drawDisc(context, radius + width / 2 + PIXEL_RATIO * 1.5, EDGE.colour);
  context.lineWidth = width;
  let angle = -Math.PI / 2;
  for (const [colour, count] of parts) {
    if (count === 0) continue;
    const end = angle + (count / total) * 2 * Math.PI;
    context.beginPath();
    context.arc(0, 0, radius, angle, end);
    context.strokeStyle = colour;
    context.stroke();
    angle = end;
  }
  context.lineWidth = PIXEL_RATIO * 0.8;
  context.strokeStyle = NOT_ASSESSED.line;
  for (const side of [radius - width / 2, radius + width / 2]) {
    context.beginPath();
    context.arc(0, 0, side, 0, 2 * Math.PI);
    context.stroke();
  }
  context.fillStyle = "#14202b";
  context.font = `700 ${PIXEL_RATIO * (total < 100 ? 10 : 9.5)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(shortenNumber(total), 0, PIXEL_RATIO * 0.5);
}

/** Draw a pattern of lines of this colour at 45 degrees. */
export function drawHatching(colour: string): ImageData {
  const side = 8 * PIXEL_RATIO;
  return renderImage(side, (context) => {
    context.strokeStyle = colour;
    context.lineWidth = 1.5 * PIXEL_RATIO;
    for (const shift of [-side, 0, side]) {
      context.beginPath();
      context.moveTo(shift - side, side);
      context.lineTo(shift + side, -side);
      context.stroke();
    }
  });
}

function drawDisc(context: CanvasRenderingContext2D, radius: number, colour: string): void {
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
}

function shortenNumber(number: number): string {
  return number < 1000 ? String(number) : `${(number / 1000).toFixed(number < 10_000 ? 1 : 0)}k`;
}

/** The side of the largest ring. The canvas is read often: drawn by the graphics card, icons took seconds. */
const MAX_SIDE = 50 * PIXEL_RATIO;
const canvas = Object.assign(document.createElement("canvas"), { width: MAX_SIDE, height: MAX_SIDE });
const context = canvas.getContext("2d", { willReadFrequently: true });

/** Render an image whose centre is the origin. */
function renderImage(size: number, draw: (context: CanvasRenderingContext2D) => void): ImageData {
  if (context === null) throw new Error("this browser draws no pictures");
  const side = Math.ceil(size);
  context.reset();
  context.translate(side / 2, side / 2);
  draw(context);
  return context.getImageData(0, 0, side, side);
}
