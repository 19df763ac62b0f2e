// What an office does with its page, in a real browser: office.mjs ADDRESS CHROMIUM KEYS; prints what was seen as JSON.
// KEYS is JSON with the keys of an office, of one that is reviewed, and of the reviewer.
import { drawn, examined, launched, opened, seen, settled, told } from "./browsing.mjs";

const [address, executablePath, keys] = process.argv.slice(2);
const { office, reviewed, reviewer } = JSON.parse(keys);
const browser = await launched(executablePath);
const BELGRADE = "tr[data-point=OA-4610]";
const NIS = "tr[data-point=OA-4612]";

async function signedIn(key, options = {}) {
  const page = await opened(browser, `${address}/office`, options);
  page.on("dialog", (dialog) => dialog.accept());
  await page.fill("input[name=key]", key);
  await page.click("button[type=submit]");
  await page.waitForSelector(".tabs");
  return page;
}

const choose = (page, point, status) => page.locator(`${point} select`).selectOption(status);
const toldOf = (page) => page.locator("[role=tabpanel]:not([hidden]) .told").innerText();

async function sent(page, state) {
  await page.click("text=See the difference");
  await page.waitForSelector(".told .send");
  const difference = await toldOf(page);
  await page.click(".told .send");
  await page.waitForSelector(`.told p.${state}`);
  return difference;
}

// The public map, close to Belgrade.
async function onTheMap() {
  const map = await opened(browser, `${address}/map?at=20.31,44.82,9`);
  await settled(map);
  const colours = await drawn(map);
  await map.context().close();
  return colours;
}

// A wrong key.
const wrong = await opened(browser, `${address}/office`);
await examined(wrong);
await wrong.fill("input[name=key]", "crossings_wrong");
await wrong.click("button[type=submit]");
await wrong.waitForFunction(() => document.querySelector(".error")?.textContent !== "");
seen.wrongKey = await wrong.innerText(".error");
// It says no, and the browser's console repeats that.
[seen.errors, seen.failed] = [[], []];

// The week: one point changes, nothing changed for the rest.
const week = await signedIn(office);
await week.waitForSelector(".week-map canvas");
seen.mapBefore = await onTheMap();
seen.believed = await week.innerText(BELGRADE);
await choose(week, BELGRADE, "closed_for_entry");
await week.click("text=Add a measure");
await week.locator(".measure select").nth(0).selectOption("mandatory_quarantine");
await week.locator(".measure .codes input[value=tourists]").check();
await week.fill(".point-editor > label textarea", "By decree");
await week.click("text=Nothing changed for the rest");
await examined(week);
seen.progress = await week.innerText(".progress");
seen.difference = await sent(week, "published");
seen.published = await toldOf(week);
seen.afterwards = await week.innerText(BELGRADE);
seen.mapAfter = await onTheMap();
seen.left = await week.evaluate(() => Object.keys(localStorage).filter((name) => !name.endsWith("language")));

// A bad line: what is written outlives the page, and what arrives although the answer is lost arrives once.
await choose(week, NIS, "closed");
await week.reload();
await week.waitForSelector(NIS);
seen.kept = await week.locator(`${NIS} select`).inputValue();
await week.context().setOffline(true);
await week.click("text=See the difference");
await week.waitForSelector(".told .send");
seen.unseen = await toldOf(week);
await week.click(".told .send");
await week.waitForSelector(".told .warning");
seen.pending = await toldOf(week);
seen.locked = await week.locator(`${NIS} select`).isDisabled();
let tries = 0;
const loseTheAnswer = async (route) => {
  tries += 1;
  if (tries > 1) return route.continue();
  await route.fetch();
  await route.abort();
};
await week.context().route("**/submissions", loseTheAnswer);
await week.context().setOffline(false);
await week.waitForFunction(() => document.querySelector(".told .warning + button")?.disabled === false);
if (tries < 2) await week.click("text=Try now");
await week.waitForSelector(".told p.published");
await week.context().unroute("**/submissions", loseTheAnswer);
seen.tries = tries;
[seen.errors, seen.failed] = [seen.errors.filter((text) => !/ERR_(INTERNET_DISCONNECTED|FAILED)/.test(text)), seen.failed];

// A spreadsheet: the week's own, and one with a row that cannot be used.
await week.click("#tab-file");
const [download] = await Promise.all([week.waitForEvent("download"), week.click("text=Download this week")]);
seen.template = await download.failure();
const csv = "point,operational_status\nOA-4610,closed\nOA-9999999,open\n";
await week.setInputFiles("input[type=file]", { name: "week.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
await week.waitForSelector("#panel-file .told p.refused");
seen.badFile = await toldOf(week);
[seen.errors, seen.failed] = [[], []];
await week.click("text=Send the good rows only");
await week.waitForSelector("#panel-file .told p.published");
await week.click("#tab-sent");
await week.waitForSelector("#panel-sent table tbody tr");
seen.sent = await week.locator("#panel-sent tbody tr").count();

// An office that is reviewed, and its reviewer.
const waits = await signedIn(reviewed, { viewport: { width: 390, height: 844 } });
await choose(waits, BELGRADE, "open");
await sent(waits, "waiting");
await examined(waits);
const review = await signedIn(reviewer);
await review.click("#panel-review table button");
await review.waitForSelector(".decision");
seen.review = await toldOf(review);
await examined(review);
await review.click("text=Return to the office");
await review.waitForSelector(".decision .warning");
await review.click("text=Publish");
await review.waitForFunction(() => document.querySelector("#panel-review table") === null);
seen.decided = await toldOf(review);

// In Arabic.
await waits.selectOption(".head label:last-of-type select", "ar");
await waits.waitForSelector("[dir=rtl]");
seen.direction = await waits.evaluate(() => document.documentElement.dir);
await examined(waits);
await browser.close();
told();
