// Each style in a web map, and by the rules of the specification: styles.mjs ADDRESS CHROMIUM PATHS; prints what was seen.
import { readFileSync } from "node:fs";

import { launched, opened, required, seen, told } from "./browsing.mjs";

const { validateStyleMin } = await required("@maplibre/maplibre-gl-style-spec");
const [address, executablePath, paths] = process.argv.slice(2);
const browser = await launched(executablePath);
const library = new URL("../../web/node_modules/maplibre-gl/dist/", import.meta.url);
seen.styles = {};

for (const path of JSON.parse(paths)) {
  const style = await (await fetch(address + path)).json();
  const faults = validateStyleMin(style).map(({ message }) => message);
  const page = await opened(browser, `${address}/codes`);
  await page.route("**/maplibre/*", (route) =>
    route.fulfill({ body: readFileSync(new URL(new URL(route.request().url()).pathname.split("/").pop(), library)), contentType: "text/javascript" }),
  );
  await page.setContent('<div id="map"></div>');
  // As a property: a style within the page is refused by its policy.
  await page.evaluate(() => (document.getElementById("map").style.height = "700px"));
  const drawn = await page.evaluate(async (style) => {
    const { Map: WebMap, setWorkerUrl } = await import("/maplibre/maplibre-gl.mjs");
    setWorkerUrl("/maplibre/maplibre-gl-worker.mjs");
    const map = new WebMap({ container: "map", style, center: [20.5, 44.5], zoom: 5 });
    await new Promise((resolve) => map.once("idle", resolve));
    const layers = map.queryRenderedFeatures().map(({ layer }) => layer.id);
    return Object.fromEntries([...new Set(layers)].map((id) => [id, layers.filter((each) => each === id).length]));
  }, address + path);
  seen.styles[path] = { faults, drawn };
  await page.context().close();
}
await browser.close();
told();
