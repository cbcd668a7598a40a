// The page of `--format html` in a browser: it loads nothing, its policy holds, its filters work by keys alone, its text
// can be read in light and dark, nothing that is checked becomes a part of it, and without its script it is whole.
//
// usage: html.mjs AIRVANE NODE_MODULES CHROMIUM [SCREENSHOT]

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [airvane, modules, chromium, wanted] = process.argv.slice(2).map((word) => resolve(word));
const puppeteer = createRequire(join(modules, "x.js"))("puppeteer-core");
const folder = mkdtempSync(join(tmpdir(), "airvane-html-"));
const screenshot = wanted ?? join(folder, "report.png");

/** The page of what is checked, as an address. */
function pageOf(name, checked) {
  const report = join(folder, name);
  const ran = spawnSync(airvane, ["check", checked, "-q", "--format", `html=${report}`]);
  assert.equal(ran.status, 1, String(ran.stderr));
  return pathToFileURL(report).href;
}

/** Texts whose colour is too near to what is behind them (WCAG 2 AA: 4.5 to 1). */
function faint() {
  const rgb = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const parts = rgb(colour).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    const colour = getComputedStyle(one).backgroundColor;
    return rgb(colour)[3] === 0 ? behind(one.parentElement) : colour;
  };
  const holdsText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const all = [...document.body.querySelectorAll("*")].filter((one) => holdsText(one) && one.checkVisibility());
  const weak = all.filter((one) => {
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5;
  });
  return weak.map((one) => `${one.outerHTML.slice(0, 80)}`);
}

const url = pageOf("report.html", "fixtures/demo");
const json = execFileSync("sh", ["-c", `"${airvane}" check fixtures/demo -q --format json || true`]);
const findings = JSON.parse(json).diagnostics;

// Names and texts that would run, if anything did.
const nasty = join(folder, "nasty");
const title = "document.title=1";
mkdirSync(nasty);
writeFileSync(join(nasty, `<img src=x onerror=${title}>'"&]]>\u2028\u0001.env`), "AIRFLOW_CONN_A=post_gres://u:p@h/d\n");
const backend = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";
const kwargs = JSON.stringify({ connections_prefix: `/</script><script>${title}</script><img src=x onerror=${title}>` });
writeFileSync(join(nasty, "airflow.cfg"), `[secrets]\nbackend = ${backend}\nbackend_kwargs = ${kwargs}\n`);

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  const asked = [];
  const said = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto(url);
  assert.deepEqual(asked, [url], "the page loads nothing else");
  assert.deepEqual(said, [], "the script runs and nothing is refused");

  // The policy names the style and the script that stand here, and nothing else.
  const policy = await page.$eval("meta[http-equiv=Content-Security-Policy]", (meta) => meta.content);
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const [style, script] = await page.$$eval("style, script", (all) => all.map((one) => one.textContent));
  assert.ok(policy.includes(`style-src ${hash(style)};`) && policy.includes(`script-src ${hash(script)};`), policy);
  assert.ok(policy.startsWith("default-src 'none';"), policy);

  const shown = (selector) => page.$$eval(selector, (all) => all.filter((one) => one.checkVisibility()).length);
  const rows = await shown("tr[data-outcome]");
  assert.equal(await shown("article"), findings.length);
  assert.ok(rows > 3);

  // Landmarks, headings in order, a label for whatever is filled in.
  for (const landmark of ["header", "main", "footer", "nav[aria-label]", "[role=search]"]) {
    assert.equal(await shown(landmark), 1, landmark);
  }
  const levels = await page.$$eval("h1, h2, h3, h4", (all) => all.map((one) => Number(one.tagName[1])));
  assert.ok(levels.every((level, at) => at === 0 ? level === 1 : level <= levels[at - 1] + 1), String(levels));
  assert.ok(await page.$$eval("input", (all) => all.every((one) => one.labels.length === 1)));

  // Tab reaches whatever can be used, in the order of the page.
  const usable = "a[href], input, summary";
  const reached = [];
  const all = await page.$$eval(usable, (found) => found.length);
  for (let step = 0; step < all; step += 1) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate((usable) => {
      const one = document.activeElement;
      const box = one.getBoundingClientRect();
      const inView = box.width > 0 && box.left >= 0 && getComputedStyle(one).outlineStyle !== "none";
      return inView ? [...document.querySelectorAll(usable)].indexOf(one) : `hidden: ${one.outerHTML}`;
    }, usable));
  }
  assert.deepEqual(reached, [...Array(all).keys()], "the focus is seen on each in turn");

  // `/` goes to the search, words narrow both lists, Escape empties it.
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.type("av405");
  assert.equal(await shown("article"), findings.filter((one) => one.code === "AV405").length);
  await page.keyboard.press("Escape");
  await page.keyboard.type("BILLING");
  assert.equal(await shown("tr[data-outcome]"), 1);
  await page.keyboard.press("Escape");
  assert.equal(await shown("article"), findings.length);
  assert.equal(await shown("tr[data-outcome]"), rows);

  // Each box is switched by the keyboard alone, and hides what it names.
  const boxes = await page.$$eval("input[type=checkbox]", (all) => all.map((one) => [one.name, one.value]));
  assert.equal(boxes.length, 8);
  for (const [name, value] of boxes) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.value), value);
    const named = `[data-${name}=${value}]`;
    const before = [await shown(named), await shown("[data-words]")];
    await page.keyboard.press("Space");
    assert.equal(await shown(named), 0);
    assert.equal(await shown("[data-words]"), before[1] - before[0]);
    const counted = (await page.$eval("#count", (count) => count.textContent)).match(/\d+/g).map(Number);
    assert.deepEqual(counted, [await shown("article"), await shown("tr[data-outcome]")]);
    await page.keyboard.press("Space");
  }

  // A row opens, and one that is linked to is open.
  await page.$eval("tr[data-outcome] summary", (summary) => summary.focus());
  await page.keyboard.press("Enter");
  assert.ok(await page.$eval("tr[data-outcome] details", (details) => details.open));
  const last = await page.$$eval("tr[data-outcome]", (all) => all.at(-1).id);
  await page.goto(`${url}#${last}`);
  assert.ok(await page.$$eval("tr[data-outcome] details", (all) => all.at(-1).open));

  for (const scheme of ["dark", "light"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    assert.deepEqual(await page.evaluate(faint), [], scheme);
  }

  // Nothing is cut off on a narrow screen.
  await page.setViewport({ width: 390, height: 800 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  const cut = await page.$$eval("article, article *, td, td *, h3, li", (all) => {
    const wide = (one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline";
    return all.filter(wide).map((one) => one.outerHTML.slice(0, 80));
  });
  assert.deepEqual(cut, []);
  await page.setViewport({ width: 1280, height: 900 });
  await page.screenshot({ path: screenshot, fullPage: true });
  assert.ok(statSync(screenshot).size > 20_000);

  // What would run, does not: neither of what is checked nor in the page itself.
  asked.length = 0;
  const other = pageOf("nasty.html", nasty);
  await page.goto(other);
  assert.deepEqual([asked, said], [[other], []]);
  assert.equal(await page.$$eval("img, script", (all) => all.length), 1);
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
console.log(`html: ${findings.length} findings, filters, keys, contrast, policy, no request`);
