// The page of `--format html` in a browser: it loads nothing, its policy holds, its filters and keys work, and without
// its script it is whole.
//
// usage: html.mjs AIRVANE NODE_MODULES CHROMIUM [SCREENSHOT]

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, statSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [airvane, modules, chromium, wanted] = process.argv.slice(2).map((word) => resolve(word));
const puppeteer = createRequire(join(modules, "x.js"))("puppeteer-core");
const folder = mkdtempSync(join(tmpdir(), "airvane-html-"));
const report = join(folder, "report.html");
const screenshot = wanted ?? join(folder, "report.png");

const ran = spawnSync(airvane, ["check", "fixtures/demo", "-q", "--format", `html=${report}`]);
assert.equal(ran.status, 1, String(ran.stderr));
const json = execFileSync("sh", ["-c", `"${airvane}" check fixtures/demo -q --format json || true`]);
const findings = JSON.parse(json).diagnostics;

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  const asked = [];
  const said = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.setViewport({ width: 1280, height: 900 });
  const url = pathToFileURL(report).href;
  await page.goto(url);
  assert.deepEqual(asked, [url], "the page loads nothing else");
  assert.deepEqual(said, [], "the script runs and nothing is refused");

  const shown = (selector) => page.$$eval(selector, (all) => all.filter((one) => one.checkVisibility()).length);
  const rows = await shown("tr[data-outcome]");
  assert.equal(await shown("article"), findings.length);
  assert.ok(rows > 3);

  // `/` goes to the search, words narrow both lists, Escape empties it.
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.type("av405");
  assert.equal(await shown("article"), findings.filter((one) => one.code === "AV405").length);
  await page.keyboard.press("Escape");
  assert.equal(await shown("article"), findings.length);

  // A box is reached and switched by the keyboard alone.
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.value), "error");
  await page.keyboard.press("Space");
  const errors = findings.filter((one) => one.severity === "error").length;
  assert.equal(await shown("article"), findings.length - errors);
  await page.keyboard.press("Space");

  // A row opens.
  await page.$eval("tr[data-outcome] summary", (summary) => summary.focus());
  await page.keyboard.press("Enter");
  assert.ok(await page.$eval("tr[data-outcome] details", (details) => details.open));

  // Nothing is cut off on a narrow screen: only what says so scrolls sideways.
  await page.setViewport({ width: 390, height: 800 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.setViewport({ width: 1280, height: 900 });
  await page.screenshot({ path: screenshot, fullPage: true });
  assert.ok(statSync(screenshot).size > 20_000);

  // Text that stands in a place where it would run does not.
  await page.evaluate(() => {
    const image = document.createElement("img");
    image.setAttribute("onerror", "document.title = 'ran'");
    image.src = "x:";
    document.body.append(image);
  });
  assert.equal(await page.title(), "airvane report");

  await page.setJavaScriptEnabled(false);
  await page.goto(url);
  assert.equal(await shown("article"), findings.length, "the page is whole without its script");
  assert.equal(await shown(".filters"), 0);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
console.log(`html: ${findings.length} findings, filters, keys, policy, no request`);
