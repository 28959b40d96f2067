// LemonLDAP::NG from Debian, with its sample users. The registration of docs/TOKENS.md is carried out as it is written there.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import path from "node:path";
import { promisify } from "node:util";

import { front } from "./tls.mjs";

const run = promisify(execFile);
const SECRET = "a-secret-of-the-desk";

// The blocks of a section of docs/TOKENS.md, of this language.
function blocks(section, language) {
  const page = readFileSync("docs/TOKENS.md", "utf8");
  const text = page.split(`\n## ${section}\n`)[1].split("\n## ")[0];
  return [...text.matchAll(new RegExp("```" + language + "[^\\n]*\\n(.*?)```", "gs"))].map((block) => block[1]);
}

// What Debian's files say, with folders and addresses of this run.
function configure(folder, url) {
  const within = (name) => path.join(folder, name);
  for (const name of ["conf", "cache", "notifications", "sessions/lock", "psessions/lock", "bin"]) mkdirSync(within(name), { recursive: true });
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const stored = JSON.parse(readFileSync("/var/lib/lemonldap-ng/conf/lmConf-1.json", "utf8"));
  const sessions = (name) => ({ ...stored.globalStorageOptions, Directory: within(name), LockDirectory: within(`${name}/lock`) });
  Object.assign(stored, {
    portal: `${url}/`, domain: "127.0.0.1", reloadUrls: {}, issuerDBOpenIDConnectActivation: 1,
    globalStorageOptions: sessions("sessions"), persistentStorageOptions: sessions("psessions"),
    localSessionStorageOptions: { ...stored.localSessionStorageOptions, cache_root: within("cache") },
    notificationStorageOptions: { dirName: within("notifications") },
    oidcServiceKeyIdSig: "key-1",
    oidcServicePrivateKeySig: privateKey.export({ type: "pkcs8", format: "pem" }),
    oidcServicePublicKeySig: publicKey.export({ type: "spki", format: "pem" }),
  });
  writeFileSync(within("conf/lmConf-1.json"), JSON.stringify(stored));
  writeFileSync(within("lemonldap-ng.ini"), `[all]
logLevel = warn
logger = Lemonldap::NG::Common::Logger::Std
userLogger = Lemonldap::NG::Common::Logger::Std
[configuration]
type = File
dirName = ${within("conf")}
localStorage = Cache::FileCache
localStorageOptions = { 'namespace' => 'config', 'default_expires_in' => 600, 'directory_umask' => '007', 'cache_root' => '${within("cache")}', 'cache_depth' => 3 }
[portal]
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
[manager]
protection = none
templateDir = /usr/share/lemonldap-ng/manager/htdocs/templates
languages = en
enabledModules = conf
`);
  writeFileSync(within("portal.psgi"), "require Lemonldap::NG::Portal;\nLemonldap::NG::Portal->run({});\n");
  // Debian's command runs as www-data, to which the folder of this run is closed.
  const user = process.getuid() === 0 ? "root" : process.env.USER;
  writeFileSync(within("bin/lemonldap-ng-cli"), `#!/bin/sh\nexec /usr/share/lemonldap-ng/bin/lemonldap-ng-cli -user ${user} "$@"\n`, { mode: 0o755 });
}

export async function start({ folder, tls, onEnd }) {
  const { port, url } = await front(tls, onEnd);
  configure(folder, url);

  const environment = {
    PATH: `${folder}/bin:${process.env.PATH}`, SECRET, CURL_CA_BUNDLE: tls.authority,
    LLNG_DEFAULTCONFFILE: path.join(folder, "lemonldap-ng.ini"),
  };
  const bash = (script) => run("bash", ["-euo", "pipefail", "-c", script], { cwd: folder, env: environment });
  const [registration, walk] = blocks("LemonLDAP::NG", "sh");
  await bash(registration);
  // For a person's token without a page.
  await bash("lemonldap-ng-cli -yes 1 addKey oidcRPMetaDataOptions/desk oidcRPMetaDataOptionsAllowPasswordGrant 1");
  const portal = spawn("plackup", ["--host", "127.0.0.1", "--port", port, "-E", "deployment", "portal.psgi"], { cwd: folder, env: environment, stdio: "ignore" });
  onEnd(async () => {
    portal.kill("SIGTERM");
    await once(portal, "exit");
  });
  await run("curl", ["-fsS", "--retry", "30", "--retry-all-errors", "--retry-delay", "1", "--cacert", tls.authority, `${url}/oauth2/jwks`]);

  const [config] = blocks("LemonLDAP::NG", "toml");
  const token = async (grant) => {
    const headers = { authorization: `Basic ${Buffer.from(`desk:${SECRET}`).toString("base64")}` };
    const body = new URLSearchParams({ ...grant, scope: "openid iewm" });
    const answer = await (await fetch(`${url}/oauth2/token`, { method: "POST", headers, body })).json();
    assert.ok(answer.access_token, JSON.stringify(answer));
    return answer;
  };
  return {
    config: config.replaceAll("https://auth.council.example", url),
    async tokens() {
      const program = await token({ grant_type: "client_credentials" });
      const user = await token({ grant_type: "password", username: "dwho", password: "dwho" });
      return [
        { what: "client credentials", token: program.access_token },
        { what: "a person", token: user.access_token },
        { what: "the person's ID token", token: user.id_token, refused: true },
      ];
    },
    walks: {
      async "the walk of docs/TOKENS.md, from the registration to 201 Created"({ service }) {
        const here = walk
          .replaceAll("https://auth.council.example", url)
          .replaceAll("https://contacts.example", service.url)
          .replaceAll("iewm --config /etc/iewm.toml", `${service.binary} --config ${service.config}`);
        const { stdout } = await bash(here);
        assert.match(stdout, /^HTTP\/1\.1 201 Created/m);
      },
    },
  };
}
