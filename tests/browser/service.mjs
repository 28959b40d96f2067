// A demo of its own for each test file: the real binary, a folder that is thrown away, tokens as it prints them. Under
// tests/clients/with-postgres its data is in a database of its own there.
import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const binary = process.env.IEWM_BINARY ?? path.join(root, "target/debug/iewm");

function database() {
  const cluster = process.env.IEWM_DEMO_POSTGRES;
  if (!cluster) return [];
  const name = `demo_${randomUUID()}`;
  execFileSync("createdb", [name]);
  return ["--database-url", cluster + name];
}

export async function startDemo(settings = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), "iewm-demo-"));
  const environment = {
    PATH: process.env.PATH,
    IEWM__SERVER__LISTEN: "127.0.0.1:0",
    IEWM__SERVER__METRICS_LISTEN: "off",
    IEWM__LIMITS__RATE: "off",
    ...settings,
  };
  const child = spawn(binary, ["demo", ...database()], { cwd: directory, env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const tokens = {};
  let address;
  for await (const line of createInterface({ input: child.stdout })) {
    address ??= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    const token = /^export (\w+)=(.*)$/.exec(line);
    if (token) tokens[token[1]] = token[2];
    if (tokens.CONTRACTOR) break;
  }
  child.stdout.resume();
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await rm(directory, { recursive: true });
  };
  return { address, tokens, stop, directory };
}
