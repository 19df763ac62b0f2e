// What a visitor does with the map, in a real browser: map.mjs ADDRESS CHROMIUM COLOUR_OF_CLOSED; prints what was seen as JSON.
import { readFileSync } from "node:fs";

import { drawn, examined, launched, opened, quiet, seen, settled, told } from "./browsing.mjs";

const [address, executablePath, CLOSED] = process.argv.slice(2);
const browser = await launched(executablePath);
seen.sharesAsked = [];

async function page(path, options = {}) {
  const map = await opened(browser, address + path, options);
  map.on("request", (request) => request.url().includes("/statistics?") && seen.sharesAsked.push(request.url()));
  await map.waitForSelector(".time-bar");
  await map.waitForSelector(".map-legend", { state: "attached" });
  await quiet(map);
  return map;
}

// What the service says when it is asked beside the page.
const said = async (url) => (await fetch(url, { headers: { Accept: "application/json" } })).json();

// Size of a file that was saved, and the colour of its corner.
async function picture(map, path) {
  // Not as an image of the page, which its policy refuses from a `data:` address.
  return map.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const copy = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = copy.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(2, 2, 1, 1);
    const corner = "#" + [0, 1, 2].map((part) => data[part].toString(16).padStart(2, "0")).join("");
    return { width: image.width, height: image.height, corner };
  }, readFileSync(path, "base64"));
}

const first = await page("/map?datetime=2020-02-01&at=20.5,44.5,7");
await settled(first);
seen.before = await drawn(first);
// The styles of the map's library: without them its buttons lie about below the map.
seen.controls = await first.evaluate(() => getComputedStyle(document.querySelector(".maplibregl-ctrl-top-right")).position);
await first.getByText("Shares over time").click();
await first.waitForSelector(".shares");
for (const day of ["2020-03-01", "2020-03-24", "2020-04-15"]) await first.fill(".time-bar input[type=date]", day);
await settled(first);
await first.waitForSelector("details [aria-busy=false] .unseen tr:last-child th:has-text('15 April 2020')", { state: "attached" });
const rows = await first.locator(".unseen tbody tr").all();
seen.shares = await Promise.all(rows.map((row) => row.locator("th, td").allTextContents()));
seen.askedWhileMoving = seen.sharesAsked.length - 2;
seen.statistics = (await said(seen.sharesAsked.at(-1))).rows;
seen.after = await drawn(first);
seen.addressAfter = first.url();

// By keyboard alone.
seen.map = await first.locator(".map-canvas canvas").getAttribute("aria-label");
await first.locator(".map-canvas canvas").focus();
await first.keyboard.press("ArrowRight");
seen.ring = await first.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
await settled(first);
await first.getByText("Points in view").focus();
await first.keyboard.press("Enter");
await first.waitForSelector("details .found button");
await first.keyboard.press("Tab");
await first.keyboard.press("Enter");
await first.waitForSelector(".card h2:focus");
const focused = () => first.evaluate(() => document.activeElement.textContent);
seen.opened = await focused();
await first.keyboard.press("Escape");
seen.closed = await first.locator(".card").isHidden();
seen.returned = await focused();
await settled(first);

await first.fill(".search input", "BEG");
await first.click(".search .found button");
await first.waitForSelector(".card h2");
await settled(first);
seen.card = await first.innerText(".card");
seen.timeline = await first.locator(".card .timeline span:not(.now)").count();
seen.sharedLink = first.url();

seen.ages = [];
for (const day of ["2020-04-28", "2020-04-29"]) {
  await first.fill(".time-bar input[type=date]", day);
  await settled(first);
  const { total } = await said(`${address}/freshness?country=SRB&datetime=${day}`);
  const card = await first.innerText(".card");
  seen.ages.push({ closed: (await drawn(first))[CLOSED] ?? 0, weeks: total.weeks_since_assessed, card });
}
await first.close();

const shared = await page(new URL(seen.sharedLink).pathname + new URL(seen.sharedLink).search);
await shared.waitForSelector(".card h2");
seen.sharedCard = await shared.innerText(".card");
seen.sharedDay = await shared.inputValue(".time-bar input[type=date]");

await shared.click(".filters summary");
await shared.fill(".time-bar input[type=date]", "2020-03-24");
await shared.locator(".filters select").nth(0).selectOption("week");
await settled(shared);
seen.changedThen = await drawn(shared);
await shared.fill(".time-bar input[type=date]", "2020-04-15");
await settled(shared);
seen.changedLater = await drawn(shared);
seen.changesAddress = shared.url();
await shared.locator(".filters select").nth(0).selectOption("");
await shared.locator(".filters select").nth(4).selectOption("fully_operational");
await settled(shared);
seen.filtered = await drawn(shared);
seen.filteredAddress = shared.url();
const candidates = shared.waitForRequest((request) => request.url().includes("lifecycle=candidate"));
for (const place of [0, 1]) await shared.locator(".filters .tick input").nth(place).click();
seen.candidates = new URL((await candidates).url()).pathname.split("/").slice(0, 5).join("/");
await settled(shared);
seen.switchedAddress = shared.url();

await shared.locator(".tools select").selectOption("ar");
await shared.waitForSelector(".map-legend");
seen.direction = await shared.evaluate(() => document.documentElement.dir);
seen.language = await shared.innerText(".map-legend summary");

for (const [path, options] of [
  ["/map?datetime=2020-04-15&point=OA-4610", {}],
  ["/map?datetime=2020-04-15&point=OA-4610&lang=ar", { viewport: { width: 390, height: 844 } }],
]) {
  const looked = await page(path, options);
  await looked.waitForSelector(".card h2");
  await looked.evaluate(() => document.querySelectorAll("#map-page details").forEach((each) => (each.open = true)));
  await looked.waitForSelector(".shares");
  await looked.waitForSelector("details .found button");
  await examined(looked);
}

// Where the service fails, and comes back.
const noted = { errors: [...seen.errors], failed: [...seen.failed] };
const failing = await page("/map?datetime=2020-04-14&status_group=fully_closed&at=20.5,44.5,7&lang=en");
await settled(failing);
const textOf = (selector) => failing.locator(selector).innerText();
const line = async () => (await failing.locator("#map-page .failed").allTextContents()).join("");
const missing = () => failing.waitForSelector("#map-page .failed button");
const busy = (route) => route.fulfill({ status: 503, body: "" });
await failing.route("**/points-of-entry/tiles/**", busy);
await failing.fill(".time-bar input[type=date]", "2020-04-15");
await missing();
await settled(failing);
[seen.missing, seen.drawnMissing, seen.missingAddress] = [await line(), await drawn(failing), failing.url()];
await failing.click("#map-page .failed button");
await failing.waitForTimeout(1000);
await missing();
seen.stillMissing = await line();
await failing.unroute("**/points-of-entry/tiles/**");
await failing.click("#map-page .failed button");
await settled(failing);
[seen.retried, seen.drawnAgain, seen.retriedAddress] = [await line(), await drawn(failing), failing.url()];
await failing.route("**/points-of-entry/tiles/**", busy);
await failing.getByText("Play").click();
await missing();
await failing.getByText("Play").waitFor();
seen.playing = await textOf(".time-bar .steps button:nth-of-type(2)");
await failing.waitForTimeout(1000);
seen.stoppedOn = await failing.inputValue(".time-bar input[type=date]");
await failing.unroute("**/points-of-entry/tiles/**");
await failing.click("#map-page .failed button");
await settled(failing);
await failing.route("**/points-of-entry/tiles/**", busy);
for (let steps = 0; steps < 6; steps += 1) {
  await failing.locator(".map-canvas canvas").focus();
  await failing.keyboard.press("ArrowRight");
  await failing.waitForTimeout(400);
}
await missing();
seen.movedMissing = await line();
await failing.unroute("**/points-of-entry/tiles/**");
await failing.click("#map-page .failed button");
await settled(failing);
await failing.route("**/points-of-entry/items?**", busy);
await failing.fill(".search input", "BEG");
await failing.waitForSelector(".search .found button");
seen.searchFailed = await textOf(".search .found");
await failing.unroute("**/points-of-entry/items?**");
await failing.click(".search .found button");
await failing.locator(".search .found button", { hasText: "Belgrade" }).waitFor();
await failing.route("**/history?**", (route) => route.abort());
await failing.locator(".search .found button", { hasText: "Belgrade" }).click();
await failing.waitForSelector(".card p");
seen.cardOffline = await textOf(".card");
await failing.unroute("**/history?**");
await failing.locator(".card button", { hasText: "Retry" }).click();
await failing.waitForSelector(".card h2");
seen.cardAgain = await textOf(".card");
await failing.route("**/points-of-entry/items/**", (route) => route.fulfill({ status: 404, body: "{}" }));
await failing.fill(".time-bar input[type=date]", "2020-04-14");
await failing.waitForSelector(".card h2", { state: "detached" });
seen.cardOfNone = await textOf(".card");
seen.canvas = await failing.locator(".map-canvas canvas").evaluate(({ width, height }) => [width, height]);
const [download] = await Promise.all([failing.waitForEvent("download"), failing.click(".tools button")]);
seen.picture = await picture(failing, await download.path());
await failing.close();
// That requests fail is what was to be seen.
Object.assign(seen, noted);

const embedded = await page("/map?embed&datetime=2020-04-15").catch((error) => ({ error: String(error) }));
seen.embedded = embedded.error ?? (await embedded.evaluate(() => document.querySelector(".site-header").offsetHeight));
await browser.close();
told();
