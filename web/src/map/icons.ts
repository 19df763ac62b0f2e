import { NOT_ASSESSED, POE_TYPES, STATUS_GROUPS, type Shape } from "../categories";

/** Drawn at twice the size, for screens that have two dots for one. */
export const PIXEL_RATIO = 2;
const SIZE = 18 * PIXEL_RATIO;

/** What the counts of gathered points are called, in the order in which a ring shows them. */
export const COUNTED = [...[...STATUS_GROUPS].reverse().map(({ value }) => String(value)), "not_assessed"];
const COLOURS = new Map([...STATUS_GROUPS.map(({ value, colour }) => [String(value), colour] as const)]);

/** What stands at the end of the name of a stale point's picture. */
export const STALE = "|stale";

/** Name and picture of each kind of point: a shape by its type, a colour by its status group, hatched if it is stale. */
export function pointIcons(): [name: string, image: ImageData][] {
  return POE_TYPES.flatMap(({ value: type, shape }) => {
    const empty = drawn(SIZE, (context) => marker(context, shape, NOT_ASSESSED.colour, true));
    const assessed = STATUS_GROUPS.flatMap(({ value: group, colour }): [string, ImageData][] => [
      [`${group}|${type}`, drawn(SIZE, (context) => marker(context, shape, colour, false))],
      [`${group}|${type}${STALE}`, drawn(SIZE, (context) => hatchedMarker(context, shape, colour))],
    ]);
    return [[`not_assessed|${type}`, empty], ...assessed];
  });
}

/** With white stripes, which leave shape and colour what they are; an empty ring is another thing still. */
function hatchedMarker(context: CanvasRenderingContext2D, shape: Shape, colour: string): void {
  marker(context, shape, colour, false);
  context.save();
  outline(context, shape, SIZE * 0.3);
  context.clip();
  context.beginPath();
  for (let place = -SIZE; place <= SIZE; place += SIZE * 0.3) {
    context.moveTo(place - SIZE / 2, SIZE / 2);
    context.lineTo(place + SIZE / 2, -SIZE / 2);
  }
  context.lineWidth = PIXEL_RATIO * 1.5;
  context.strokeStyle = "#ffffff";
  context.stroke();
  context.restore();
}

function marker(context: CanvasRenderingContext2D, shape: Shape, colour: string, isEmpty: boolean): void {
  outline(context, shape, isEmpty ? SIZE * 0.26 : SIZE * 0.36);
  context.lineJoin = "round";
  context.lineWidth = PIXEL_RATIO * (isEmpty ? 1.6 : 1.2);
  context.fillStyle = isEmpty ? "#ffffff" : colour;
  context.strokeStyle = isEmpty ? colour : "#ffffff";
  context.fill();
  context.stroke();
}

function outline(context: CanvasRenderingContext2D, shape: Shape, radius: number): void {
  context.beginPath();
  if (shape === "circle") {
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    return;
  }
  const corners = { triangle: 3, square: 4, diamond: 4 }[shape];
  const turn = shape === "square" ? Math.PI / 4 : 0;
  const reach = shape === "triangle" ? radius * 1.15 : radius * 1.1;
  for (let corner = 0; corner < corners; corner += 1) {
    const angle = turn - Math.PI / 2 + (corner * 2 * Math.PI) / corners;
    context.lineTo(Math.cos(angle) * reach, Math.sin(angle) * reach);
  }
  context.closePath();
}

/** A ring with a part for each status group and the number of points in it, by its name: `ring|12|0|3|1|0`. */
export function ringIcon(name: string): ImageData | null {
  const [kind, ...counts] = name.split("|");
  if (kind !== "ring") return null;
  const numbers = counts.map(Number);
  const total = numbers.reduce((sum, number) => sum + number, 0);
  const size = PIXEL_RATIO * Math.min(44, 20 + 6 * Math.log10(total + 1) * 1.6);
  return drawn(size, (context) => ring(context, numbers, total, size / 2 - PIXEL_RATIO));
}

function ring(context: CanvasRenderingContext2D, counts: number[], total: number, radius: number): void {
  let angle = -Math.PI / 2;
  counts.forEach((count, place) => {
    const end = angle + (count / total) * 2 * Math.PI;
    context.beginPath();
    context.moveTo(0, 0);
    context.arc(0, 0, radius, angle, end);
    context.fillStyle = COLOURS.get(COUNTED[place] ?? "") ?? "#d9d9d9";
    context.fill();
    angle = end;
  });
  context.beginPath();
  context.arc(0, 0, radius * 0.66, 0, 2 * Math.PI);
  context.fillStyle = "#ffffff";
  context.fill();
  context.fillStyle = "#1d2733";
  context.font = `600 ${Math.round(radius * 0.62)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(short(total), 0, radius * 0.04);
}

function short(number: number): string {
  return number < 1000 ? String(number) : `${(number / 1000).toFixed(number < 10_000 ? 1 : 0)}k`;
}

/** Of the largest ring; kept where it can be read: what was drawn on the graphics card took seconds to come back. */
const LARGEST = 50 * PIXEL_RATIO;
const canvas = Object.assign(document.createElement("canvas"), { width: LARGEST, height: LARGEST });
const context = canvas.getContext("2d", { willReadFrequently: true });

/** A picture whose middle is the origin. */
function drawn(size: number, draw: (context: CanvasRenderingContext2D) => void): ImageData {
  if (context === null) throw new Error("this browser draws no pictures");
  const side = Math.ceil(size);
  context.reset();
  context.translate(side / 2, side / 2);
  draw(context);
  return context.getImageData(0, 0, side, side);
}
