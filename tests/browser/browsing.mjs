// What the scripts beside this one share: Debian's Chromium, and pages of which all that fails is noted.
import { createRequire } from "node:module";

// The packages are those of the browser's part of the service.
const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const AXE = require("axe-core").source;
// Two slow cores that draw in software, with other programs beside them.
const PATIENCE_MS = 400_000;
const STILL_MS = 1500;
const QUIET_MS = 500;
const underWay = new WeakMap();
// The watchdog ends a drawing process that is silent for seconds, as on a busy machine: the map then never comes to rest.
const DRAWING = ["--enable-unsafe-swiftshader", "--use-gl=angle", "--use-angle=swiftshader", "--disable-gpu-watchdog"];
const ARGUMENTS = ["--no-sandbox", ...DRAWING];

export const seen = { errors: [], hosts: [], failed: [], refused: [], violations: [], overflows: [] };

/** A package of the browser's part. */
export const required = (name) => import(require.resolve(name));

export const launched = (executablePath) => chromium.launch({ executablePath, args: ARGUMENTS });

export async function opened(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
  await noteRefusals(context);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const pending = new Map();
  page.on("request", (request) => pending.set(request, Date.now()));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => pending.delete(request));
  underWay.set(page, pending);
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("request", (request) => /^http/.test(request.url()) && seen.hosts.push(new URL(request.url()).host));
  page.on("response", (response) => response.status() >= 400 && seen.failed.push(`${response.status()} ${response.url()}`));
  await page.goto(address);
  return page;
}

// Once nothing was asked for or answered for half a second. Says what is awaited when it gives up: Playwright's own
// "networkidle" only says that it did.
export async function quiet(page) {
  const giveUpAt = Date.now() + PATIENCE_MS;
  const pending = underWay.get(page);
  for (let since = Date.now(); Date.now() - since < QUIET_MS; await page.waitForTimeout(50)) {
    if (pending.size) since = Date.now();
    if (Date.now() > giveUpAt) throw new Error(`no answer yet: ${[...pending.keys()].map((each) => each.url())}`);
  }
}

// What the Content-Security-Policy of a page, or of a page within it, did not allow.
async function noteRefusals(context) {
  await context.exposeBinding("noteRefusal", ({ frame }, refused) => seen.refused.push(`${refused} in ${frame.url()}`));
  await context.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
      window.noteRefusal(`${effectiveDirective} ${blockedURI} ${sample}`),
    ),
  );
}

// Faults of accessibility that keep people out, and whether the page is wider than the screen.
export async function examined(page) {
  // Evaluated and not added as a script, which the page's policy would refuse.
  await page.evaluate(AXE);
  // Swagger UI is looked after elsewhere.
  const { violations } = await page.evaluate(() => window.axe.run({ exclude: ".swagger-ui" }));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  seen.violations.push(...serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`));
  seen.overflows.push(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1));
}

// What is drawn, as the colours of the canvas with the number of dots of each.
export const drawn = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector(".map-canvas canvas");
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext("2d");
    context.drawImage(canvas, 0, 0);
    const counts = {};
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    for (let place = 0; place < data.length; place += 4) {
      const colour = "#" + [0, 1, 2].map((part) => data[place + part].toString(16).padStart(2, "0")).join("");
      counts[colour] = (counts[colour] ?? 0) + 1;
    }
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 20));
  });

// Once the map has what it asked for, and has drawn the same for a while: software that draws in place of a graphics
// card takes long for a frame, and longer on a busy machine.
export async function settled(page) {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let before = null, since = Date.now(); Date.now() < giveUpAt; await page.waitForTimeout(250)) {
    await page.waitForSelector(".map-canvas[aria-busy=false]").catch((error) => fail(page, error));
    const now = JSON.stringify(await drawn(page));
    if (now !== before) [before, since] = [now, Date.now()];
    else if (Date.now() - since >= STILL_MS) return;
  }
  await fail(page, new Error("the map never came to rest"));
}

// Fails with what the page shows and awaits: "Timeout exceeded" alone once left nothing to look for.
async function fail(page, error) {
  const pending = [...underWay.get(page).keys()].map((request) => request.url());
  const text = await page.innerText("body").catch(() => "");
  const { errors, failed } = seen;
  throw new Error(`${error.message}\n${JSON.stringify({ pending, errors, failed, text: text.slice(0, 2000) }, null, 1)}`);
}

export function told() {
  seen.hosts = [...new Set(seen.hosts)];
  console.log(JSON.stringify(seen));
}
