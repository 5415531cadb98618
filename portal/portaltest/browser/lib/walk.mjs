// Steps that several specs take.
import assert from "node:assert/strict";

// enter signs in as a person of the demonstration and returns the address of the
// account's home, "/a/<id>/", or undefined for staff, who have no account.
export async function enter(page, name = "Ines Albrecht") {
  await page.goto("/demo");
  await page.getByRole("button", { name: `Continue as ${name}` }).click();
  await page.waitForURL(/\/(a\/|staff)/);
  return new URL(page.url()).pathname.startsWith("/staff") ? undefined : home(page);
}

export function home(page) {
  const found = new URL(page.url()).pathname.match(/^\/a\/[^/]+\//);
  assert.ok(found, `not in an account: ${page.url()}`);
  return found[0];
}

// lookInto finds an account as staff do and returns the address of its home.
export async function lookInto(page, name) {
  await page.goto("/staff");
  await page.locator("main").getByRole("link", { name }).first().click();
  await page.waitForURL(/\/staff\/accounts\//);
  return `/a/${new URL(page.url()).pathname.split("/")[3]}/`;
}

// openTicket goes to the newest ticket that the list shows and returns its address.
export async function openTicket(page, account) {
  await page.goto(account + "tickets");
  const link = page.locator(`main tbody a[href^='${account}tickets/']`).first();
  const address = await link.getAttribute("href");
  await link.click();
  await page.waitForURL("**" + address);
  return address;
}

// confirmed waits until the action that has just been asked for has come to an end,
// and wants a good one. The answer to the form leads to its progress.
export async function confirmed(page, within) {
  const rest = ["confirmed", "refused", "conflict", "dead", "withdrawn"];
  await page.waitForURL(/#progress-|\/actions\//, { timeout: within });
  const card = page.locator(new URL(page.url()).hash || ".po-progress");
  await card.and(page.locator(rest.map((state) => `[data-state=${state}]`).join(", "))).waitFor({ timeout: within });
  assert.equal(await card.getAttribute("data-state"), "confirmed", await card.innerText());
}
