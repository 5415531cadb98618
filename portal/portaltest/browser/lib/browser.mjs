// One Chromium, fresh profiles, and a page that remembers everything that went wrong.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { root } from "./program.mjs";

const artefacts = join(root, "artefacts");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// What the pages are tried at.
export const sizes = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1440, height: 900 } },
};
export const looks = ["light", "dark"];

export async function launch() {
  return chromium.launch({
    executablePath: process.env.PORTICO_TEST_CHROMIUM || "/usr/bin/chromium",
    headless: true,
    chromiumSandbox: false,
    args: ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

// visit takes the steps on a signed-out page of a size and look. When one fails, a
// picture of that moment is kept.
export async function visit(browser, url, size, look, steps) {
  const page = await open(browser, url, size, look);
  try {
    await steps(page);
  } catch (error) {
    await mkdir(artefacts, { recursive: true });
    await page.screenshot({ path: join(artefacts, `failed-${page.variant}-${Date.now()}.png`), fullPage: true });
    throw error;
  } finally {
    await page.context().close();
  }
}

// forget signs out by losing the cookies. The page is left first: an open one would
// ask for what is new without its session.
export async function forget(page) {
  await page.goto("about:blank");
  await page.context().clearCookies();
}

async function open(browser, url, size, look) {
  const context = await browser.newContext({
    baseURL: url, colorScheme: look, locale: "en-GB", timezoneId: "Europe/Berlin", reducedMotion: "reduce", ...sizes[size],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.trouble = [];
  await page.exposeFunction("noteViolation", (text) => page.trouble.push("CSP: " + text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (e) => {
      window.noteViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`);
    });
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.trouble.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => page.trouble.push("script: " + error.stack));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // Leaving a page ends what it still asked for.
    if (why !== "net::ERR_ABORTED") page.trouble.push(`request: ${request.url()} ${why}`);
  });
  page.variant = `${size}-${look}`;
  return page;
}

// sound fails when anything went wrong on the page so far.
export function sound(page, allowed = /^$/) {
  assert.deepEqual(page.trouble.filter((text) => !allowed.test(text)), [], page.url());
}

// inspect keeps a picture of the page and fails when it breaks a rule that holds everywhere.
export async function inspect(page, name, allowed) {
  await mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, `${name}-${page.variant}.png`), fullPage: true });
  assert.notEqual(await page.title(), "", "the page has no title");
  assert.equal(await page.locator("h1").count(), 1, `${page.url()} has not exactly one main heading`);
  const over = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${page.url()} scrolls sideways by ${over}px`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const told = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.target.join(" ")}: ${n.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(told, [], page.url());
  sound(page, allowed);
}
