// How long the web map takes in a real browser: map_page.mjs ADDRESS CHROMIUM; prints figures as JSON.
import { launched, opened } from "../tests/browser/browsing.mjs";

const STEPS = 20;
const VIEWS = { world: "/map?datetime=2020-04-15", europe: "/map?datetime=2020-04-15&at=15,50,4" };
const [address, executablePath] = process.argv.slice(2);
const browser = await launched(executablePath);
const median = (numbers) => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

// From the click on a link to points that are drawn, with nothing in the browser's cache.
async function firstView(path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const finished = [];
  page.on("requestfinished", (request) => finished.push(request.sizes()));
  // Told by the page's own clock, which starts with the navigation.
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (document.querySelector(".map-canvas[aria-busy=false]")) window.drawnMs ??= performance.now();
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-busy"] });
  });
  await page.goto(address + path);
  const drawn_s = (await (await page.waitForFunction(() => window.drawnMs)).jsonValue()) / 1000;
  await page.waitForLoadState("networkidle");
  const sizes = await Promise.all(finished);
  await context.close();
  const bytes = sizes.reduce((sum, size) => sum + size.responseHeadersSize + size.responseBodySize, 0);
  return { requests: sizes.length, bytes, drawn_s };
}

// Steps of the slider, as the page itself sees them: from the input to points that are drawn. Day after day, at the pace
// of play, the next day is there before it is asked for; a jump is to a day that nobody could expect.
async function steps(path, days) {
  const page = await opened(browser, address + path);
  await page.waitForSelector(".time-bar");
  await page.waitForLoadState("networkidle");
  const took = await page.evaluate(async ([count, days]) => {
    const slider = document.querySelector(".time-bar input[type=range]");
    const canvas = document.querySelector(".map-canvas");
    const found = [];
    for (let step = 0; step < count; step += 1) {
      const start = performance.now();
      slider.value = String(Number(slider.value) + days);
      slider.dispatchEvent(new Event("input"));
      while (canvas.ariaBusy === "true") await new Promise((resolve) => setTimeout(resolve, 2));
      found.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    return found;
  }, [STEPS, days]);
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
for (const [name, path] of Object.entries(VIEWS)) step[name] = { next_day: await steps(path, 1), jump: await steps(path, 11) };
await browser.close();
console.log(JSON.stringify({ views, step }, null, 1));
