// The recipes of docs/web-maps.md, each in a page of another origin than the service: web-maps.mjs ADDRESS CHROMIUM;
// prints what was drawn as JSON.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";

import { launched, opened, seen, told } from "./browsing.mjs";

const [address, executablePath] = process.argv.slice(2);
const PACKAGES = new URL("../../web/node_modules/", import.meta.url);
const DOCUMENT = readFileSync(new URL("../../docs/web-maps.md", import.meta.url), "utf8");
const MEDIA_TYPES = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };
// What Leaflet takes for its zooming to be over, after which it removes the tiles of the old level.
const PRUNED_MS = 600;

// The block of the document that has these words, as of the service that is tried.
function recipe(words) {
  const blocks = [...DOCUMENT.matchAll(/^```js\n(.*?)^```/gms)].map(([, block]) => block);
  return blocks.find((block) => block.includes(words)).replaceAll("http://localhost:8000", address);
}

const head = (stylesheet) =>
  `<!doctype html><link rel="icon" href="data:,"><link rel="stylesheet" href="${stylesheet}">
   <style>html, body, #map { height: 100%; margin: 0 }</style><div id="map"></div>`;
const imports = JSON.stringify({ imports: { "maplibre-gl": "/maplibre-gl/dist/maplibre-gl.mjs" } });
const PAGES = {
  "/leaflet.html": `${head("/leaflet/dist/leaflet.css")}<script src="/leaflet/dist/leaflet.js"></script>
    <script>${recipe("L.GridLayer")}</script>`,
  "/maplibre.html": `${head("/maplibre-gl/dist/maplibre-gl.css")}<script type="importmap">${imports}</script>
    <script type="module">${recipe("maplibre-gl")}; window.map = map</script>`,
};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  response.setHeader("Content-Type", MEDIA_TYPES[extname(pathname)] ?? "application/octet-stream");
  response.end(PAGES[pathname] ?? readFileSync(new URL(`.${pathname}`, PACKAGES)));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const ours = `http://127.0.0.1:${server.address().port}`;
const browser = await launched(executablePath);
const viewport = { width: 1024, height: 1024 };

const leaflet = await opened(browser, `${ours}/leaflet.html`, { viewport });

async function drawnByLeaflet(latitude, longitude, zoom) {
  await leaflet.evaluate(([place, zoom]) => void map.setView(place, zoom, { animate: false }), [[latitude, longitude], zoom]);
  await leaflet.waitForFunction(() => !points.isLoading());
  // Beside a timer of the page's own: on a busy machine its timers are late too.
  await leaflet.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), 2 * PRUNED_MS);
  return leaflet.evaluate(() => {
    const bounds = map.getBounds();
    const features = [];
    map.eachLayer((layer) => {
      if (layer instanceof L.CircleMarker && bounds.contains(layer.getLatLng())) features.push(layer.feature.properties);
    });
    return { bounds: bounds.toBBoxString().split(",").map(Number), features };
  });
}

seen.serbia = await drawnByLeaflet(44, 20.5, 7);
seen.fiji = await drawnByLeaflet(-17.5, 180, 7);
seen.fijiFromTheOtherSide = await drawnByLeaflet(-17.5, -180, 7);
seen.world = await drawnByLeaflet(0, 0, 2);
seen.halfway = await drawnByLeaflet(0, 180, 2);
seen.serbiaAgain = await drawnByLeaflet(44, 20.5, 7);
seen.deeper = await drawnByLeaflet(44.82, 20.3, 14);

const maplibre = await opened(browser, `${ours}/maplibre.html`, { viewport });
await maplibre.waitForFunction(() => window.map?.loaded());
seen.maplibre = await maplibre.evaluate(() => ({
  bounds: map.getBounds().toArray().flat(),
  // A circle whose middle is outside is drawn at the edge too.
  features: map
    .queryRenderedFeatures({ layers: ["points"] })
    .filter(({ geometry }) => map.getBounds().contains(geometry.coordinates))
    .map(({ properties }) => properties),
}));
await browser.close();
server.close();
told();
