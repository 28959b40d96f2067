// The service as an operator starts it, with one issuer whose keys are fetched by https.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

const binary = path.resolve(process.env.IEWM_BINARY ?? "target/debug/iewm");

export async function startService({ folder, tls, provider }) {
  const config = path.join(folder, "iewm.toml");
  const shared = `[server]\nlisten = "127.0.0.1:0"\nmetrics_listen = "off"\ncors_origins = "${provider.page ?? ""}"\n`;
  writeFileSync(config, `${shared}${provider.config.replace("[auth]", `[auth]\nca_file = "${tls.authority}"`)}`);
  const options = { cwd: folder, env: { PATH: process.env.PATH } };
  execFileSync(binary, ["--config", config, "keys", "init"], options);
  const child = spawn(binary, ["--config", config, "serve"], { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let address;
  for await (const line of createInterface({ input: child.stderr })) {
    address = /"listening".*?"address":"([^"]+)"|"address":"([^"]+)".*?"listening"/.exec(line);
    if (address) break;
  }
  child.stderr.resume();
  const url = `http://${address[1] ?? address[2]}`;
  const stop = async () => {
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  let people = 0;
  const signUp = (token) =>
    fetch(`${url}/v1/contacts`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(person(`person-${(people += 1)}@example.org`)),
    });
  // Not synchronously: the command fetches the keys from this process.
  const check = async (token) => {
    const file = path.join(folder, "checked.txt");
    writeFileSync(file, token);
    const command = spawn(binary, ["--config", config, "token", "check", file], { ...options, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    command.stdout.on("data", (piece) => (said += piece));
    const [status] = await once(command, "close");
    return { status, said };
  };
  return { url, config, binary, folder, stop, signUp, check };
}

export const person = (email) => ({ name: "Ada Lovelace", email, source: { kind: "self", obtained_on: "2026-11-20" } });
