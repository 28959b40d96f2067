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

test("a page with tracing changes a resource, and reads why a token was refused", async () => {
  const page = await browser.newPage();
  await page.goto(listed.origin);
  const seen = await page.evaluate(
    async ([address, token]) => {
      // What OpenTelemetry, jQuery and a forced reload add to each request.
      const traced = {
        Authorization: `Bearer ${token}`,
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "vendor=value",
        "X-Requested-With": "XMLHttpRequest",
        "Cache-Control": "no-cache",
      };
      const send = (path, method, headers, body) =>
        fetch(`${address}${path}`, { method, headers: { ...traced, ...headers }, body: JSON.stringify(body) });
      const made = await send("/v1/organisations", "POST", { "Content-Type": "application/json" }, { name: "Guildhall", kind: "venue" });
      const [path, etag] = [made.headers.get("location"), made.headers.get("etag")];
      const patch = { "Content-Type": "application/merge-patch+json", "If-Match": etag };
      const changed = await send(path, "PATCH", patch, { name: "The Guildhall" });
      const refused = await fetch(`${address}/v1/contacts`, { headers: { ...traced, Authorization: "Bearer none" } });
      return { status: changed.status, name: (await changed.json()).name, why: refused.headers.get("www-authenticate") };
    },
    [demo.address, demo.tokens.STAFF],
  );
  assert.deepEqual(seen, { status: 200, name: "The Guildhall", why: 'Bearer realm="iewm", error="invalid_token"' });
});
