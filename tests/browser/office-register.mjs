// What an office says of the register with its page, in a real browser: opening hours, and points that it confirms.
// office-register.mjs ADDRESS CHROMIUM KEYS; KEYS is JSON with the keys of an office and of one that is reviewed.
import { examined, launched, opened, seen, told } from "./browsing.mjs";

const [address, executablePath, keys] = process.argv.slice(2);
const { office, reviewed } = JSON.parse(keys);
const browser = await launched(executablePath);
const PHONE = { viewport: { width: 390, height: 844 } };
const NIS = "tr[data-point=OA-4612]";
const NEVER = "tr[data-point=OA-4610]";
const ENDED = "tr[data-point=OA-31872]";
const HOURS = "[data-column=opening_hours] input";
const COMPILED = "#panel-confirm tr[data-point=LB-CMP-C020-RS]";
const OTHER = "#panel-confirm tr[data-point=LB-CMP-C022-RS]";

async function signedIn(key, language, options = {}) {
  const page = await opened(browser, `${address}/office?lang=${language}`, options);
  await page.fill("input[name=key]", key);
  await page.click("button[type=submit]");
  await page.waitForSelector(".tabs");
  return page;
}

const see = (page) => page.click(".actions .main");

async function sent(page) {
  await see(page);
  await page.waitForSelector(".told .send");
  const difference = await page.innerText("#panel-week .told");
  await page.click(".told .send");
  await page.waitForSelector(".told p.published");
  return difference;
}

async function putHours(page, point, hours) {
  await page.click(`${point} button`);
  const before = await page.inputValue(`${point} + tr ${HOURS}`);
  await page.fill(`${point} + tr ${HOURS}`, hours);
  return before;
}

// Opening hours: refused at their field, mended, and taken away.
const week = await signedIn(office, "en");
seen.unknown = await putHours(week, NIS, "8-18h");
seen.chosen = await week.inputValue(`${NIS} select`);
seen.progress = await week.innerText(".progress");
await see(week);
await week.waitForSelector(`${NIS} + tr .field-problem`);
const field = week.locator(`${NIS} + tr ${HOURS}`);
seen.refused = await week.innerText(`${NIS} + tr .told-at`);
seen.invalid = await field.getAttribute("aria-invalid");
seen.described = await field.evaluate((input) =>
  input.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent).join(" "),
);
await examined(week);
// It says no, and the browser's console repeats that.
[seen.errors, seen.failed] = [[], []];
await field.fill("Mo-Fr 08:00-18:00; PH off");
seen.mended = [await field.getAttribute("aria-invalid"), await week.locator(".field-problem").count()];
await putHours(week, NEVER, "24/7");
seen.difference = await sent(week);
// The week is asked for again once it was taken.
await week.waitForSelector(`${NIS} bdi`);
seen.known = await week.innerText(NIS);
seen.never = await week.innerText(NEVER);
seen.ended = await week.innerText(ENDED);
seen.filledIn = await putHours(week, NIS, "");
seen.takenAway = await sent(week);
await week.waitForSelector(`${NIS} bdi`, { state: "detached" });
seen.afterwards = await week.innerText(NIS);

// Points that were compiled wait to be confirmed.
await week.click("#tab-confirm");
seen.before = await week.innerText("#tab-confirm");
seen.waiting = await week.locator("#panel-confirm tbody tr").count();
seen.line = await week.innerText(COMPILED);
await week.fill("#panel-confirm [data-column=source] input", "Border police, list of 2020");
await week.fill("#panel-confirm [data-column=valid_from] input", "2020-01-01");
await week.click(`${COMPILED} button`);
await week.waitForSelector(`${COMPILED} .published`);
seen.confirmed = await week.innerText(COMPILED);
seen.after = await week.innerText("#tab-confirm");
await week.fill(`${OTHER} input`, "NOWHERE");
await week.click(`${OTHER} button`);
await week.waitForSelector(`${OTHER} .field-problem`);
seen.noCounterpart = await week.innerText(`${OTHER} .told-at`);
[seen.errors, seen.failed] = [[], []];
await week.fill(`${OTHER} input`, "LB-CMP-C020-BG");
await week.click(`${OTHER} button`);
await week.waitForSelector(`${OTHER} .published`);
await examined(week);

// News of an office that is reviewed waits; on a phone, in Arabic.
const waits = await signedIn(reviewed, "ar", PHONE);
await waits.click("#tab-confirm");
seen.arabic = [await waits.evaluate(() => document.documentElement.dir), await waits.innerText("#tab-confirm")];
await waits.click("#panel-confirm tbody tr:first-child button");
await waits.waitForSelector("#panel-confirm .waiting");
seen.waits = await waits.innerText("#panel-confirm tbody tr:first-child");
await examined(waits);
await waits.click("#tab-week");
await waits.click(`${NIS} button`);
await examined(waits);
await browser.close();
told();
