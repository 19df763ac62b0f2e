// Each page as it loads, with what its policy refuses and its faults: pages.mjs ADDRESS CHROMIUM PATHS [DIRECTORY];
// prints what was seen as JSON. With a directory, a picture of each page is put there.
import { examined, launched, opened, seen, told } from "./browsing.mjs";

const [address, executablePath, paths, directory] = process.argv.slice(2);
const browser = await launched(executablePath);
const page = await opened(browser, "about:blank");
// A report takes long on a machine that does other things.
page.setDefaultTimeout(180_000);
seen.policies = {};
seen.maps = [];

for (const [place, path] of JSON.parse(paths).entries()) {
  const answer = await page.goto(address + path);
  await page.waitForLoadState("networkidle");
  if (directory) await page.screenshot({ path: `${directory}/${String(place).padStart(2, "0")}.png` });
  await examined(page);
  seen.policies[path] = answer.headers()["content-security-policy"];
  if (await page.locator("canvas").count()) seen.maps.push(path);
}
await browser.close();
told();
