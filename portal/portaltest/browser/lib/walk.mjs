// Steps that several specs take.
import assert from "node:assert/strict";

// enter signs in as a member from the demonstration's list and returns the
// address of the account's home, "/a/<id>/".
export async function enter(page, nth = 0) {
  await page.goto("/demo");
  await page.getByRole("button", { name: /^Continue as/ }).nth(nth).click();
  await page.waitForURL(/\/(a\/|accounts)/);
  if (new URL(page.url()).pathname.startsWith("/accounts")) {
    await page.locator("main a[href^='/a/']").first().click();
    await page.waitForURL(/\/a\//);
  }
  return home(page);
}

export function home(page) {
  const found = new URL(page.url()).pathname.match(/^\/a\/[^/]+\//);
  assert.ok(found, `not in an account: ${page.url()}`);
  return found[0];
}

// openTicket goes to the newest ticket that the list shows and returns its address.
export async function openTicket(page, account) {
  await page.goto(account + "tickets");
  const link = page.locator(`main a[href^='${account}tickets/']`).and(page.locator(":not([href$='/new'])")).first();
  const address = await link.getAttribute("href");
  await link.click();
  await page.waitForURL("**" + address);
  return address;
}

// confirmed waits until the progress card of the newest action says so.
export async function confirmed(page, within) {
  await page.locator(".po-progress[data-state=confirmed]").first().waitFor({ timeout: within });
}
