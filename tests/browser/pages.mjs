// Each page as it loads, with what its policy refuses and its faults: pages.mjs ADDRESS CHROMIUM PATHS [DIRECTORY];
// prints what was seen as JSON. With a directory, a picture of each page is put there.
import { createServer } from "node:http";

import { examined, launched, opened, quiet, seen, told } from "./browsing.mjs";

const [address, executablePath, paths, directory] = process.argv.slice(2);
const browser = await launched(executablePath);
const page = await opened(browser, "about:blank");
seen.policies = {};
seen.maps = [];

for (const [place, path] of JSON.parse(paths).entries()) {
  const answer = await page.goto(address + path);
  await quiet(page);
  if (directory) await page.screenshot({ path: `${directory}/${String(place).padStart(2, "0")}.png` });
  await examined(page);
  seen.policies[path] = answer.headers()["content-security-policy"];
  if (await page.locator("canvas").count()) seen.maps.push(path);
}

// In a page of another site: the map that is meant for it, and the office's page, which is not.
const other = createServer((_, response) => {
  response.setHeader("Content-Type", "text/html");
  response.end(["/map?embed&datetime=2020-04-15", "/office"].map((path) => `<iframe src="${address}${path}"></iframe>`).join(""));
});
await new Promise((resolve) => other.listen(0, "localhost", resolve));
const before = { hosts: [...seen.hosts], refused: [...seen.refused], errors: [...seen.errors] };
await page.goto(`http://localhost:${other.address().port}/`);
await page.frameLocator("iframe >> nth=0").locator(".map-canvas[aria-busy=false] canvas").waitFor();
seen.framed = page.frames().slice(1).map((frame) => frame.url().replace(address, ""));
// That the other is refused is what was to be seen.
Object.assign(seen, before);
other.close();
await browser.close();
told();
