// The pages behind the links in mails, with a keyboard alone: from the sign-up to the last link. Each is judged by axe-core.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { judge } from "./judging.mjs";
import { link, mailTo } from "./mails.mjs";
import { startDemo } from "./service.mjs";

let demo, browser;
before(async () => {
  [demo, browser] = await Promise.all([startDemo(), launch()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const headers = (role = "STAFF") => ({ Authorization: `Bearer ${demo.tokens[role]}`, "Content-Type": "application/json" });

async function post(path, body, role) {
  const answer = await fetch(demo.address + path, { method: "POST", headers: headers(role), body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.headers.get("content-type")?.includes("json") ? answer.json() : null;
}

async function signUp(email) {
  const source = { kind: "self", obtained_on: "2026-01-05" };
  const contact = await post("/v1/contacts", { name: "Ada Lovelace", email, source });
  const wording = "Yes, please send me the IEWM newsletter by e-mail.\nI can stop it at any time.";
  const grant = { contact_id: contact.id, purpose: "newsletter", decision: "given", method: "web_form", wording };
  await post("/v1/consents", grant);
  return contact.id;
}

async function state(contact, purpose) {
  const url = `${demo.address}/v1/consents?contact_id=${contact}&purpose=${purpose}`;
  const { items } = await (await fetch(url, { headers: headers() })).json();
  return items[0]?.state ?? null;
}

// A browser's page that keeps what it complained of and what it asked of others.
async function open(viewport) {
  const page = await browser.newPage({ viewport });
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(demo.address)) complaints.push(`asked ${request.url()}`);
  });
  return { page, complaints };
}

// Goes to the button or link of that name by Tab, sees that one can see where one is, and presses Enter.
async function press(page, name) {
  for (let tabs = 0; tabs < 40; tabs += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const { tagName, innerText } = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return { tagName, innerText, outlineStyle, outlineWidth: parseFloat(outlineWidth) };
    });
    if (focused.tagName === "BODY") break;
    assert.ok(focused.outlineStyle === "solid" && focused.outlineWidth >= 2, `${focused.innerText} shows no focus`);
    if (focused.innerText.trim() === name) {
      await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
      return;
    }
  }
  assert.fail(`a keyboard does not come to "${name}"`);
}

const heading = (page) => page.locator("h1").innerText();

test("a person confirms, looks, stops, asks again and unsubscribes with a keyboard alone", async () => {
  const email = "ada.keyboard@example.org";
  const contact = await signUp(email);
  const mail = await mailTo(demo, email);
  const { page, complaints } = await open({ width: 1000, height: 900 });

  await page.goto(link(demo, mail, "confirmations"));
  assert.equal(await heading(page), "Please confirm that you want our newsletter");
  await judge(page, "confirm");
  assert.equal(await state(contact, "newsletter"), "pending");
  await press(page, "Yes, send me the newsletter");
  assert.match(await heading(page), /You have confirmed that you want our newsletter/);
  await judge(page, "confirmed");
  assert.equal(await state(contact, "newsletter"), "given");

  await page.goto(link(demo, mail, "preferences"));
  assert.equal(await heading(page), "Your choices about email and sharing");
  await judge(page, "choices");
  await press(page, "Stop the newsletter");
  await page.getByRole("heading", { name: "You have stopped the newsletter" }).waitFor();
  await judge(page, "choices-stopped");
  assert.equal(await state(contact, "newsletter"), "withdrawn");
  await press(page, "Send me the newsletter");
  assert.equal(await heading(page), "Check your email");
  await judge(page, "check-your-mail");
  await press(page, "Back to your choices");
  await page.getByText("Confirm this by the link in our email").waitFor();
  await judge(page, "choices-waiting");

  const again = await mailTo(demo, email, 2);
  await page.goto(link(demo, again, "confirmations"));
  await press(page, "Yes, send me the newsletter");
  assert.equal(await state(contact, "newsletter"), "given");

  await page.goto(link(demo, again, "unsubscribe"));
  assert.equal(await heading(page), "Stop the newsletter?");
  await judge(page, "unsubscribe");
  assert.equal(await state(contact, "newsletter"), "given");
  await press(page, "Stop the newsletter");
  assert.equal(await heading(page), "You have stopped the newsletter");
  await judge(page, "unsubscribed");
  assert.equal(await state(contact, "newsletter"), "withdrawn");
  await page.goto(link(demo, again, "unsubscribe"));
  await judge(page, "unsubscribe-done");
  assert.deepEqual(complaints, []);
  await page.close();
});

test("a person refuses to share with the venues, and allows it again by the mailbox, on a small and a wide screen", async () => {
  for (const width of [390, 1280]) {
    const email = `ada.sharing${width}@example.org`;
    const contact = await signUp(email);
    const refusals = async () => {
      const url = `${demo.address}/v1/contacts/${contact}/sharing-refusals`;
      const { items } = await (await fetch(url, { headers: headers() })).json();
      return items.map((refusal) => refusal.recipient_kind);
    };
    const { page, complaints } = await open({ width, height: 900 });
    await page.goto(link(demo, await mailTo(demo, email), "preferences"));
    await page.getByRole("heading", { name: "Sharing your data" }).waitFor();
    await judge(page, `sharing-${width}`);
    await press(page, "Do not share my data with the venues of our events");
    await page.getByRole("heading", { name: "We do not share your data with the venues of our events" }).waitFor();
    await judge(page, `sharing-refused-${width}`);
    assert.deepEqual(await refusals(), ["venue"]);
    await press(page, "Allow sharing with the venues of our events");
    assert.equal(await heading(page), "Check your email");
    await judge(page, `sharing-check-your-mail-${width}`);
    assert.deepEqual(await refusals(), ["venue"]);
    await page.goto(link(demo, await mailWith(email, "sharing-confirmations"), "sharing-confirmations"));
    assert.equal(await heading(page), "Please confirm that we may share your data");
    await judge(page, `sharing-confirm-${width}`);
    await press(page, "Yes, you may share my data with the venues of our events");
    assert.equal(await heading(page), "You allow us to share your data again");
    await judge(page, `sharing-confirmed-${width}`);
    assert.deepEqual(await refusals(), []);
    assert.deepEqual(complaints, []);
    await page.close();
  }
});

test("what a law requires is handed over on a page that fits a small and a wide screen", async () => {
  const contact = await signUp("ada.with.a.long.name.for.a.narrow.page@department.council.example.org");
  const police = await post("/v1/organisations", { name: "West Mercia Police", kind: "public_authority" });
  const { results } = await post("/v1/disclosures", {
    contact_ids: [contact], organisation_id: police.id, fields: ["name", "email"], necessity: "The investigation needs it.",
    legal_gateway: { code: "Sch2.p2", reference: "22/4711", requested_by: "DC Brown" },
  });
  const disclosure = `/v1/disclosures/${results[0].disclosure_id}`;
  await post(`${disclosure}/approval`, {}, "COUNCIL");
  for (const width of [390, 1280]) {
    const { page, complaints } = await open({ width, height: 900 });
    await page.setExtraHTTPHeaders({ authorization: `Bearer ${demo.tokens.STAFF}`, accept: "text/html" });
    await page.goto(`${demo.address}${disclosure}/handover`);
    assert.equal(await heading(page), "Personal data for West Mercia Police");
    await judge(page, `handover-${width}`);
    assert.deepEqual(complaints, []);
    await page.close();
  }
});

// The first mail to an address that has a link of that kind. The acknowledgement may have left or not.
async function mailWith(email, kind) {
  for (let nth = 1; ; nth += 1) {
    const mail = await mailTo(demo, email, nth);
    if (mail.text.includes(`/v1/${kind}/`)) return mail;
  }
}

test("the field of a wrong reference number shows the error and the tries that are left", async () => {
  const email = "ada.copy@example.org";
  const contact_id = await signUp("ada.subject@example.org");
  const today = new Date().toISOString().slice(0, 10);
  const request = await post("/v1/subject-requests", {
    kind: "access", contact_id, channel: "email", received_on: today, identity_known: true,
    requester: { name: "Ada Lovelace", email },
  });
  await post(`/v1/subject-requests/${request.id}/package`, {}, "COUNCIL");
  await post(`/v1/subject-requests/${request.id}/package/release`, {}, "COUNCIL");
  const copy = link(demo, await mailWith(email, "package-links"), "package-links");
  const { page } = await open({ width: 320, height: 640 });
  const enter = async (number) => {
    await page.getByLabel("Your reference number").fill(number);
    await press(page, "Open my copy");
  };

  await page.goto(copy);
  await judge(page, "package-link");
  await enter("SR-2020-000001");
  assert.equal(await page.title().then((title) => title.startsWith("Error: ")), true);
  await page.getByText("You can try 4 more times.").waitFor();
  await judge(page, "package-link-wrong");
  const field = page.getByLabel("Your reference number");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await page.getByRole("link", { name: "This is not your reference number" }).click();
  assert.equal(await field.evaluate((one) => one === document.activeElement), true, "the error leads to its field");
  await enter(request.reference);
  assert.equal(await heading(page), "Your data: our answer to your request");

  // The page of the request says when the link was mailed, and when the person can ask again.
  await page.goto(link(demo, await mailWith(email, "request-status"), "request-status"));
  await page.getByText("We sent you a link to it by email on").waitFor();
  assert.equal(await page.getByRole("button", { name: "Send me the link again" }).count(), 0);
  await judge(page, "request-status-mailed");

  await page.goto(copy);
  for (let wrong = 1; wrong < 5; wrong += 1) await enter("SR-2020-000001");
  assert.equal(await heading(page), "This link has stopped working");
  await judge(page, "package-link-stopped");
  await page.close();
});

test("a link that is no good says so, and what to do", async () => {
  const email = "ada.problem@example.org";
  const contact = await signUp(email);
  const mail = await mailTo(demo, email);
  const { page } = await open({ width: 1000, height: 700 });
  await page.goto(`${demo.address}/v1/preferences/nonsense`);
  assert.equal(await heading(page), "We cannot find this page");
  await judge(page, "lost");
  await page.goto(link(demo, mail, "confirmations"));
  await press(page, "Yes, send me the newsletter");
  await page.goto(link(demo, mail, "confirmations"));
  assert.equal(await heading(page), "This link no longer works");
  await page.getByText("you confirmed that you want our newsletter. That is still so").waitFor();
  await judge(page, "gone");
  assert.equal(await state(contact, "newsletter"), "given");
  await page.close();
});

test("everything can be read on a small telephone, and at four times the size", async () => {
  const email = "ada.small@example.org";
  await signUp(email);
  const mail = await mailTo(demo, email);
  const { page, complaints } = await open({ width: 320, height: 640 });
  for (const kind of ["confirmations", "preferences", "unsubscribe"]) {
    await page.goto(link(demo, mail, kind));
    await judge(page, `small-${kind}`);
    for (const button of await page.getByRole("button").all()) {
      const { height } = await button.boundingBox();
      assert.ok(height >= 44, `a button of ${height} pixels`);
    }
  }
  assert.deepEqual(complaints, []);
  await page.close();
});
