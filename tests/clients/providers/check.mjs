// The service with the tokens of one provider: `check.mjs NAME FOLDER`, with the authority's files in the folder.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import { startService } from "./service.mjs";

const [name, parent] = process.argv.slice(2);
const { start } = await import(`./${name}.mjs`);
const folder = path.join(parent, name);
const read = (file) => readFileSync(path.join(parent, file));
const tls = { authority: path.join(parent, "authority.pem"), key: read("key.pem"), cert: read("chain.pem") };
const ended = [];
try {
  const provider = await start({ folder, tls, onEnd: (end) => ended.push(end) });
  const service = await startService({ folder, tls, provider });
  ended.push(service.stop);
  for (const { what, token, refused } of await provider.tokens({ service })) {
    const checked = await service.check(token);
    assert.equal(checked.status, refused ? 1 : 0, `token check: ${what}: ${checked.said}`);
    const { status } = await service.signUp(token);
    assert.equal(status, refused ? 401 : 201, what);
    console.log(`${name}: ${what}: ${status}`);
  }
  for (const [what, walk] of Object.entries(provider.walks ?? {})) {
    await walk({ service });
    console.log(`${name}: ${what}`);
  }
} finally {
  for (const end of ended.reverse()) await end();
}
