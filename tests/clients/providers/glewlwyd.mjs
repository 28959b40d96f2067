// Glewlwyd from Debian, configured over its own API: a program's token, and a person's.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { front } from "./tls.mjs";

const SCHEMA = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3";
const SECRET = "a-secret-of-the-batch";
// The administrator that the schema comes with.
const ADMIN = { username: "admin", password: "password" };

const CONFIG = ({ port, url, folder }) => `port = ${port}
bind_address = "127.0.0.1"
external_url = "${url}/"
api_prefix = "api"
log_mode = "file"
log_level = "WARNING"
log_file = "${folder}/glewlwyd.log"
static_files_path = "/usr/share/glewlwyd/webapp/"
cookie_secure = 0
session_expiration = 2419200
session_key = "GLEWLWYD2_SESSION_ID"
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "/usr/lib/glewlwyd/user"
client_module_path = "/usr/lib/glewlwyd/client"
user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
plugin_module_path = "/usr/lib/glewlwyd/plugin"
hash_algorithm = "SHA512"
database = { type = "sqlite3"; path = "${folder}/glewlwyd.db"; };
`;

const plugin = (issuer) => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    module: "oidc", name: "oidc", display_name: "OpenID Connect", enabled: true,
    parameters: {
      iss: issuer, "jwt-type": "ecdsa", "jwt-key-size": "256", "jwks-show": true, "default-kid": "key-1",
      key: privateKey.export({ type: "pkcs8", format: "pem" }), cert: publicKey.export({ type: "spki", format: "pem" }),
      "access-token-duration": 3600, "refresh-token-duration": 86400, "code-duration": 600, "refresh-token-rolling": true,
      "allow-non-oidc": true, "subject-type": "public", "auth-type-client-enabled": true, "auth-type-password-enabled": true,
      "auth-type-code-enabled": true, "auth-type-token-enabled": false, "auth-type-id-token-enabled": false,
      "auth-type-none-enabled": false, "auth-type-refresh-enabled": false,
    },
  };
};

export async function start({ folder, tls, onEnd }) {
  const { port, url } = await front(tls, onEnd);
  execFileSync("sqlite3", [path.join(folder, "glewlwyd.db")], { input: readFileSync(SCHEMA) });
  const file = path.join(folder, "glewlwyd.conf");
  writeFileSync(file, CONFIG({ port, url, folder }));
  const server = spawn("glewlwyd", ["--config-file", file], { cwd: folder, stdio: "ignore" });
  onEnd(async () => {
    server.kill("SIGTERM");
    await once(server, "exit");
  });
  execFileSync("curl", ["-s", "--retry", "30", "--retry-connrefused", "--retry-delay", "1", "-o", path.join(folder, "ready"), `http://127.0.0.1:${port}/config`]);

  const headers = { "content-type": "application/json" };
  const post = async (at, body) => {
    const answer = await fetch(`${url}/api/${at}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, `${at}: ${await answer.text()} ${readFileSync(path.join(folder, "glewlwyd.log"), "utf8")}`);
    return answer;
  };
  headers.cookie = (await post("auth/", ADMIN)).headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  await post("scope/", { name: "iewm_staff", display_name: "Contacts", password_required: true, password_max_age: 0, scheme: {} });
  await post("mod/plugin/", plugin(url));
  await post("user/", { username: "ann", name: "Ann", password: "a-long-password", scope: ["iewm_staff", "openid"], enabled: true });
  await post("client/", {
    client_id: "batch", name: "Batch", enabled: true, confidential: true, password: SECRET, scope: ["iewm_staff"],
    authorization_type: ["client_credentials", "password"], token_endpoint_auth_method: ["client_secret_basic"],
  });

  const token = async (grant) => {
    const authorization = `Basic ${Buffer.from(`batch:${SECRET}`).toString("base64")}`;
    const answer = await fetch(`${url}/api/oidc/token`, { method: "POST", headers: { authorization }, body: new URLSearchParams(grant) });
    const text = await answer.text();
    assert.equal(answer.status, 200, `${text} ${readFileSync(path.join(folder, "glewlwyd.log"), "utf8")}`);
    return JSON.parse(text);
  };
  return {
    // Glewlwyd puts the name of the scope into `aud`, and no roles into the token: the scope is the role.
    config: `[auth]\nname = "staff"\nissuer = "${url}"\naudience = "iewm_staff"\njwks = "${url}/api/oidc/jwks"\nroles = ["iewm_staff"]\nroles_claim = ["scope"]\n`,
    async tokens() {
      const program = await token({ grant_type: "client_credentials", scope: "iewm_staff" });
      const user = await token({ grant_type: "password", scope: "iewm_staff", username: "ann", password: "a-long-password" });
      return [
        { what: "client credentials", token: program.access_token },
        { what: "a person", token: user.access_token },
      ];
    },
  };
}
