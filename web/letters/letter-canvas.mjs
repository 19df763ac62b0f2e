// The part of a canvas that TinySDF draws letters with, in plain JavaScript: packages with native code cannot be
// installed on every machine that builds this.
import { make } from "pureimage";

// Each pixel is drawn as this many across and down, and its darkness is their mean.
const FINER = 4;

export function letterCanvas(font, fontSize) {
  return (size) => ({ getContext: () => new LetterContext(font, fontSize, size) });
}

class LetterContext {
  constructor(font, fontSize, size) {
    Object.assign(this, { font: "", face: font, fontSize, size });
    this.bitmap = make(size * FINER, size * FINER);
    this.context = this.bitmap.getContext("2d");
  }

  measureText(character) {
    const glyph = this.face.charToGlyph(character);
    const { x1, y1, x2, y2 } = glyph.getPath(0, 0, this.fontSize).getBoundingBox();
    return {
      width: (glyph.advanceWidth / this.face.unitsPerEm) * this.fontSize,
      actualBoundingBoxLeft: -x1,
      actualBoundingBoxRight: x2,
      actualBoundingBoxAscent: -y1,
      actualBoundingBoxDescent: y2,
    };
  }

  clearRect() {
    this.bitmap.data.fill(0);
  }

  fillText(character, x, y) {
    const { context } = this;
    context.fillStyle = "#000000";
    context.beginPath();
    const path = this.face.charToGlyph(character).getPath(x * FINER, y * FINER, this.fontSize * FINER);
    for (const { type, x: toX, y: toY, x1, y1, x2, y2 } of path.commands) {
      if (type === "M") context.moveTo(toX, toY);
      else if (type === "L") context.lineTo(toX, toY);
      else if (type === "Q") context.quadraticCurveTo(x1, y1, toX, toY);
      else if (type === "C") context.bezierCurveTo(x1, y1, x2, y2, toX, toY);
      else context.closePath();
    }
    context.fill();
  }

  getImageData(left, top, width, height) {
    const data = new Uint8ClampedArray(width * height * 4);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) data[(y * width + x) * 4 + 3] = this.darkness(left + x, top + y);
    }
    return { data };
  }

  darkness(x, y) {
    let sum = 0;
    for (let row = 0; row < FINER; row += 1) {
      for (let column = 0; column < FINER; column += 1) {
        sum += this.bitmap.data[((y * FINER + row) * this.bitmap.width + x * FINER + column) * 4 + 3];
      }
    }
    return sum / (FINER * FINER);
  }
}
