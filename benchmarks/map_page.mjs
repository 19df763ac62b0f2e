// How long the web map takes in a real browser: map_page.mjs ADDRESS CHROMIUM; prints figures as JSON.
import { launched, opened } from "../tests/browser/browsing.mjs";

const STEPS = 30;
const VIEWS = { world: "/map?datetime=2020-04-15", europe: "/map?datetime=2020-04-15&at=15,50,4" };
const [address, executablePath] = process.argv.slice(2);
const browser = await launched(executablePath);
const median = (numbers) => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

// From the click on a link to points that are drawn, with nothing in the browser's cache.
async function firstView(path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  const sizes = [];
  await network.send("Network.enable");
  network.on("Network.loadingFinished", ({ encodedDataLength }) => sizes.push(encodedDataLength));
  const start = performance.now();
  await page.goto(address + path);
  await page.waitForSelector(".map-canvas[aria-busy=false]");
  const drawn_s = (performance.now() - start) / 1000;
  await page.waitForLoadState("networkidle");
  await context.close();
  return { requests: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0), drawn_s };
}

// A step of the slider by one day, as the page itself sees it: from the input to points that are drawn.
async function steps(path) {
  const page = await opened(browser, address + path);
  await page.waitForSelector(".time-bar");
  await page.waitForLoadState("networkidle");
  const took = await page.evaluate(async (count) => {
    const slider = document.querySelector(".time-bar input[type=range]");
    const canvas = document.querySelector(".map-canvas");
    const found = [];
    for (let step = 0; step < count; step += 1) {
      const start = performance.now();
      slider.value = String(Number(slider.value) + 1);
      slider.dispatchEvent(new Event("input"));
      while (canvas.ariaBusy === "true") await new Promise((resolve) => setTimeout(resolve, 2));
      found.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return found;
  }, STEPS);
  await page.context().close();
  return { median_ms: median(took), p90_ms: [...took].sort((one, other) => one - other)[Math.floor(took.length * 0.9)] };
}

const views = {};
for (const [name, path] of Object.entries(VIEWS)) {
  const all = [];
  for (let time = 0; time < 3; time += 1) all.push(await firstView(path));
  views[name] = { ...all[0], drawn_s: median(all.map(({ drawn_s }) => drawn_s)) };
}
const step = {};
for (const [name, path] of Object.entries(VIEWS)) step[name] = await steps(path);
await browser.close();
console.log(JSON.stringify({ views, step }, null, 1));
