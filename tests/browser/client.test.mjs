// A TypeScript client generated from the document compiles strictly and makes a call.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startDemo } from "./service.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const bin = (name) => path.join(here, "node_modules/.bin", name);

let demo, directory;
before(async () => {
  demo = await startDemo();
  directory = await mkdtemp(path.join(here, "node_modules/.client-"));
});
after(async () => {
  await demo?.stop();
  await rm(directory, { recursive: true });
});

test("the generated client compiles with --strict and signs somebody up", async () => {
  const types = path.join(directory, "api.ts");
  execFileSync(bin("openapi-typescript"), [path.join(here, "../../openapi/openapi.json"), "-o", types]);
  await writeFile(path.join(directory, "client.ts"), `
    import createClient from "openapi-fetch";
    import type { paths } from "./api.js";
    export async function signUp(baseUrl: string, token: string): Promise<string> {
      const client = createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${token}\` } });
      const { data, error } = await client.POST("/v1/contacts", {
        body: { name: "Ada Lovelace", email: "ada@example.org", source: { kind: "self", obtained_on: "2026-11-24" } },
      });
      if (error) throw new Error(error.code);
      const read = await client.GET("/v1/contacts/{id}", { params: { path: { id: data.id } } });
      return read.data?.email ?? "";
    }
  `);
  execFileSync(bin("tsc"), [
    "--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--skipLibCheck", "false", "--module", "nodenext",
    "--moduleResolution", "nodenext", "--target", "es2022", "--lib", "es2022,dom", path.join(directory, "client.ts"),
  ], { cwd: directory, stdio: "inherit" });
  const { signUp } = await import(pathToFileURL(path.join(directory, "client.js")).href);
  assert.equal(await signUp(demo.address, demo.tokens.STAFF), "ada@example.org");
});
