// The package of an access request, as the person reads it on a screen and on paper. Judged by axe-core.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { judge, screenshots } from "./judging.mjs";
import { startDemo } from "./service.mjs";

let demo, browser, path;
before(async () => {
  [demo, browser] = await Promise.all([startDemo(), launch()]);
  path = await packageOfAPerson();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function call(method, path, token, body) {
  const headers = { Authorization: `Bearer ${demo.tokens[token]}`, "Content-Type": "application/json" };
  const answer = await fetch(demo.address + path, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.headers.get("content-type")?.includes("json") ? answer.json() : null;
}

const today = () => new Date().toISOString().slice(0, 10);

// A person who has something in most tables, and the path of the package that they asked for.
async function packageOfAPerson() {
  const ada = await call("POST", "/v1/contacts", "STAFF", {
    name: "Ada <script>alert(1)</script> Lovelace", email: "ada.letter@example.org", telephone: "01905 765765",
    organisation: "Analytical Engines of the United Kingdom of Great Britain and Ireland", job_title: "Analyst",
    source: { kind: "event", detail: "Spring conference", obtained_on: "2026-01-05" },
  });
  const contact_id = ada.id;
  const wording = "Yes, please send me the IEWM newsletter by e-mail.\nI can stop it at any time.";
  for (const [purpose, method] of [["newsletter", "paper"], ["event_information", "web_form"], ["blogs_and_articles", "telephone"]]) {
    const grant = { contact_id, purpose, decision: "given", method, wording, evidence_ref: "Call recording 42" };
    await call("POST", "/v1/consents", "STAFF", grant);
  }
  const network = await call("POST", "/v1/networks", "STAFF", { code: "adass", name: "ADASS", description: "Directors." });
  await call("POST", `/v1/networks/${network.id}/memberships`, "STAFF", { contact_id, represents: "Dudley" });
  await call("POST", "/v1/complaints", "STAFF", {
    contact_id, complainant: { name: "Ada Lovelace", email: "ada.letter@example.org" }, channel: "post",
    received_on: today(), details: "The letters were too small.\nI could not read them.",
  });
  const request = await call("POST", "/v1/subject-requests", "STAFF", {
    kind: "access", contact_id, channel: "email", received_on: today(), identity_known: true,
    requester: { name: "Ada Lovelace", email: "ada.letter@example.org" },
  });
  await call("POST", `/v1/subject-requests/${request.id}/package`, "COUNCIL");
  const draft = await call("GET", `/v1/subject-requests/${request.id}/package?draft=true`, "COUNCIL");
  const complaints = draft.held.findIndex(({ table }) => table === "complaints");
  await call("POST", `/v1/subject-requests/${request.id}/package/redactions`, "COUNCIL", [{
    pointer: `/held/${complaints}/records/0/details`, ground: "third_party", explanation: "It names another person.",
  }]);
  await call("POST", `/v1/subject-requests/${request.id}/package/release`, "COUNCIL");
  return `/v1/subject-requests/${request.id}/package`;
}

async function open(viewport) {
  const context = await browser.newContext({
    viewport, extraHTTPHeaders: { Authorization: `Bearer ${demo.tokens.COUNCIL}`, Accept: "text/html" },
  });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(dialog.message()) && dialog.dismiss());
  page.on("request", (request) => {
    if (!request.url().startsWith(demo.address)) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(demo.address + path);
  return { page, complaints, close: () => context.close() };
}

test("a person reads what is held about them, on a screen and on a small telephone", async () => {
  for (const [name, viewport] of [["letter", { width: 1000, height: 900 }], ["letter-small", { width: 320, height: 640 }]]) {
    const { page, complaints, close } = await open(viewport);
    assert.equal(await page.locator("h1").innerText(), "Your data: our answer to your request");
    await page.getByRole("heading", { name: "What we have left out, and why" }).waitFor();
    await page.getByText("[Left out: it is about another person]").waitFor();
    await judge(page, name);
    // Each chapter of the contents is there, in that order, and a link leads to it.
    const chapters = await page.getByRole("navigation").getByRole("link").evaluateAll(
      (links) => links.map((link) => [link.innerText, document.querySelector(link.hash)?.innerText]),
    );
    assert.ok(chapters.length > 7, `${chapters}`);
    chapters.forEach(([title, heading], at) => {
      assert.ok(at === 7 || heading === `${at + 1}. ${title}`, `${title} leads to ${heading}`);
    });
    // Each table has a name, and each of its cells a heading.
    const tables = await page.getByRole("table").evaluateAll((all) => all.map((table) => {
      const named = table.caption ?? document.getElementById(table.getAttribute("aria-labelledby"));
      const [head, ...rows] = [...table.rows];
      const scoped = [...head.cells].every(({ scope }) => scope === "col") && rows.every(({ cells }) => cells[0].scope === "row");
      return [named?.innerText, scoped, rows.every(({ cells }) => cells.length === head.cells.length)];
    }));
    assert.ok(tables.length > 8);
    for (const [title, scoped, whole] of tables) assert.ok(title && scoped && whole, `${title} ${scoped} ${whole}`);
    assert.deepEqual(complaints, []);
    await close();
  }
});

test("the letter is printed with no table of it cut, and the annex on a page of its own", async () => {
  const { page, close } = await open({ width: 1000, height: 900 });
  const pdf = await page.pdf({ preferCSSPageSize: true });
  await writeFile(new URL("letter.pdf", screenshots), pdf);
  await page.emulateMedia({ media: "print" });
  const kept = await page.locator("main > table, tr, dl").evaluateAll(
    (all) => all.every((one) => getComputedStyle(one).breakInside === "avoid"),
  );
  assert.ok(kept, "a table, a row or a record may be cut");
  const heads = await page.locator("thead").evaluateAll(
    (all) => all.every((head) => getComputedStyle(head).display === "table-header-group"),
  );
  assert.ok(heads, "a table goes on without its headings");
  const styles = (selector, name) => page.locator(selector).evaluateAll((all, of) => all.map((one) => getComputedStyle(one)[of]), name);
  assert.ok((await styles("h2, h3, h4", "breakAfter")).every((value) => value === "avoid"), "a heading may be left behind");
  assert.deepEqual(await styles(".annex", "breakBefore"), ["page"]);
  await close();
});
