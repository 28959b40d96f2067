// /docs/ as a newcomer uses it: read, authorise, try a request.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { startDemo } from "./service.mjs";

let demo, browser;
before(async () => {
  [demo, browser] = await Promise.all([startDemo(), launch()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

// For a person to look at: see README.md. The token and the port are covered.
const pictures = new URL("../../target/screenshots/", import.meta.url);
const look = async (page, name, mask) => {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: new URL(`docs-${name}.png`, pictures).pathname, mask, maskColor: "#888" });
};

test("the page authorises with a token and runs a request, with nothing from elsewhere", async () => {
  const page = await browser.newPage({ viewport: { width: 1300, height: 1400 } });
  const foreign = [];
  const complaints = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(demo.address) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${demo.address}/docs/`);
  await page.getByRole("heading", { name: /IEWM Privacy API/ }).waitFor();

  await look(page, "top", []);
  await page.getByRole("button", { name: "Authorize" }).first().click();
  await page.locator(".modal-ux input").fill(demo.tokens.STAFF);
  await page.locator(".modal-ux").getByRole("button", { name: "Apply credentials" }).click();
  await page.locator(".modal-ux").getByRole("button", { name: "Close" }).click();

  const operation = page.locator("#operations-contacts-contacts_list");
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const answer = operation.locator(".live-responses-table");
  await answer.getByText("Margaret Okonkwo").first().waitFor();
  assert.match(await answer.innerText(), /200/);
  await operation.scrollIntoViewIfNeeded();
  await look(page, "request", [operation.locator(".curl-command"), operation.locator(".request-url")]);

  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});
