// Pages of other origins: one that is listed may call the API, another may not.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { startDemo } from "./service.mjs";

const pages = async () => {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html>"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
};

let listed, other, demo, browser;
before(async () => {
  [listed, other] = await Promise.all([pages(), pages()]);
  [demo, browser] = await Promise.all([startDemo({ IEWM__SERVER__CORS_ORIGINS: listed.origin }), launch()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  listed?.server.close();
  other?.server.close();
});

const call = async (origin) => {
  const page = await browser.newPage();
  await page.goto(origin);
  return page.evaluate(
    async ([address, token]) => {
      try {
        const answer = await fetch(`${address}/v1/contacts?limit=1`, { headers: { Authorization: `Bearer ${token}` } });
        return { status: answer.status, id: answer.headers.get("x-request-id"), items: (await answer.json()).items.length };
      } catch (error) {
        return { refused: String(error) };
      }
    },
    [demo.address, demo.tokens.STAFF],
  );
};

test("a page of a listed origin reads the answer and its headers", async () => {
  const answer = await call(listed.origin);
  assert.equal(answer.status, 200);
  assert.equal(answer.items, 1);
  assert.ok(answer.id);
});

test("a page of another origin is refused by the browser", async () => {
  assert.match((await call(other.origin)).refused, /Failed to fetch/);
});
