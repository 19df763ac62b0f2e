// A program of the documents in a page of another origin than the service: documents.mjs FILE CHROMIUM; prints what went
// wrong, and how many answers it had from other hosts, as JSON. A program that makes no `map` has one of MapLibre.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";

import { launched, opened, quiet, seen, told } from "./browsing.mjs";

const [file, executablePath] = process.argv.slice(2);
const PACKAGES = new URL("../../web/node_modules/", import.meta.url);
const MEDIA_TYPES = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };
const imports = {
  fflate: "/fflate/esm/browser.js",
  "maplibre-gl": "/maplibre-gl/dist/maplibre-gl.mjs",
  pmtiles: "/pmtiles/dist/esm/index.js",
};
const program = readFileSync(file, "utf8");
const map = `import * as maplibre from "maplibre-gl";
  const map = new maplibre.Map({ container: "map", style: { version: 8, sources: {}, layers: [] } });
  await map.once("load");`;
const page = `<!doctype html><link rel="icon" href="data:,">
  <link rel="stylesheet" href="/leaflet/dist/leaflet.css"><link rel="stylesheet" href="/maplibre-gl/dist/maplibre-gl.css">
  <style>html, body, #map { height: 100%; margin: 0 }</style><div id="map"></div>
  <script src="/leaflet/dist/leaflet.js"></script><script type="importmap">${JSON.stringify({ imports })}</script>
  <script type="module">${/^const map\b/m.test(program) ? "" : map}${program}; window.isDone = true;</script>`;

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  response.setHeader("Content-Type", MEDIA_TYPES[extname(pathname) || ".html"] ?? "application/octet-stream");
  response.end(pathname === "/" ? page : readFileSync(new URL(`.${pathname}`, PACKAGES)));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await launched(executablePath);
const shown = await opened(browser, "about:blank");
seen.asked = 0;
shown.on("response", (response) => (seen.asked += response.ok() && !response.url().startsWith(origin)));
const failed = new Promise((resolve) => shown.on("pageerror", resolve));
await shown.goto(`${origin}/`);
await Promise.race([failed, shown.waitForFunction(() => window.isDone)]);
await quiet(shown);
await browser.close();
server.close();
told();
