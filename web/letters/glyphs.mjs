// Draws the glyphs of the maps' labels: {fontstack}/{range}.pbf for each 256 characters, as MapLibre's styles request them.
// A range without letters has an empty file: a missing file would be an error in every visitor's console.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import TinySDF from "@mapbox/tiny-sdf";
import opentype from "opentype.js";
import { PbfWriter } from "pbf";

import { letterCanvas } from "./letter-canvas.mjs";

const FONTSTACK = "Noto Sans Regular";
const SUBSETS = [
  ...["latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese"].map((subset) => [
    "noto-sans",
    subset,
  ]),
  ["noto-sans-arabic", "arabic"],
];
const RANGES = 256;
const FONT_SIZE = 24;
// Distance from the baseline up to the origin of glyph files, for letters of 24 pixels.
const BASELINE = 26;
const OUT = fileURLToPath(new URL(`../dist/glyphs/${FONTSTACK}/`, import.meta.url));
const require = createRequire(import.meta.url);

function fontOf([family, subset]) {
  const file = readFileSync(require.resolve(`@fontsource/${family}/files/${family}-${subset}-400-normal.woff`));
  const font = opentype.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  const characters = Object.keys(font.tables.cmap.glyphIndexMap).map(Number);
  if (characters.length === 0) throw new Error(`${family} ${subset} has no letters`);
  return { characters, drawing: drawingOf(font) };
}

function drawingOf(font) {
  const drawn = letterCanvas(font, FONT_SIZE);
  class Drawing extends TinySDF {
    _createCanvas(size) {
      return drawn(size);
    }
  }
  return new Drawing({ fontSize: FONT_SIZE });
}

function glyphOf(id, drawing) {
  const { data, glyphWidth, glyphHeight, glyphTop, glyphLeft, glyphAdvance } = drawing.draw(String.fromCodePoint(id));
  const isEmpty = glyphWidth === 0 || glyphHeight === 0;
  return {
    id,
    bitmap: isEmpty ? null : data,
    width: glyphWidth,
    height: glyphHeight,
    left: glyphLeft,
    top: glyphTop - BASELINE,
    advance: Math.round(glyphAdvance),
  };
}

function writeGlyph(glyph, pbf) {
  pbf.writeVarintField(1, glyph.id);
  if (glyph.bitmap) pbf.writeBytesField(2, glyph.bitmap);
  pbf.writeVarintField(3, glyph.width);
  pbf.writeVarintField(4, glyph.height);
  pbf.writeSVarintField(5, glyph.left);
  pbf.writeSVarintField(6, glyph.top);
  pbf.writeVarintField(7, glyph.advance);
}

function writeStack({ range, glyphs }, pbf) {
  pbf.writeStringField(1, FONTSTACK);
  pbf.writeStringField(2, range);
  for (const glyph of glyphs) pbf.writeMessage(3, writeGlyph, glyph);
}

const drawings = new Map();
for (const { characters, drawing } of SUBSETS.map(fontOf)) {
  for (const id of characters) if (id < RANGES * 256 && !drawings.has(id)) drawings.set(id, drawing);
}
mkdirSync(OUT, { recursive: true });
for (let first = 0; first < RANGES * 256; first += 256) {
  const range = `${first}-${first + 255}`;
  const ids = [...drawings.keys()].filter((id) => id >= first && id < first + 256).sort((one, other) => one - other);
  const pbf = new PbfWriter();
  pbf.writeMessage(1, writeStack, { range, glyphs: ids.map((id) => glyphOf(id, drawings.get(id))) });
  writeFileSync(`${OUT}${range}.pbf`, pbf.finish());
}
copyFileSync(require.resolve("@fontsource/noto-sans/LICENSE"), `${OUT}../LICENSE.txt`);
console.log(`${drawings.size} letters of ${FONTSTACK}`);
