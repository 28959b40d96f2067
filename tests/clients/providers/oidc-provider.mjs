// npm oidc-provider: a program's token by client credentials, and a person's by a page in Chromium (code with PKCE).
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer as createPage } from "node:http";
import { createServer } from "node:https";

import Provider from "oidc-provider";
import { chromium } from "playwright-core";

import { listening } from "./tls.mjs";
import { person } from "./service.mjs";

const API = "https://contacts.council.example";
const ROLES = { ann: "council", batch: "iewm_staff" };

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = { ...privateKey.export({ format: "jwk" }), kid: "key-1", use: "sig", alg: "ES256" };

const settings = (page) => ({
  jwks: { keys: [key] },
  clients: [
    { client_id: "batch", client_secret: "a-secret-of-the-batch", grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
    { client_id: "desk", token_endpoint_auth_method: "none", redirect_uris: [`${page}/`], application_type: "native" },
  ],
  clientDefaults: { id_token_signed_response_alg: "ES256" },
  scopes: ["openid", "contacts"],
  clientBasedCORS: () => true,
  extraTokenClaims: (_context, token) => ({ roles: [ROLES[token.accountId ?? token.clientId]] }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: "contacts", audience: "iewm", accessTokenFormat: "jwt", accessTokenTTL: 600, jwt: { sign: { alg: "ES256" } } }),
    },
  },
});

// A page without a framework: it asks for a code, exchanges it, and signs a person up with the token.
const PAGE = `<!doctype html><title>Desk</title><output></output><script type="module">
const config = await (await fetch("/config")).json();
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const code = new URL(location).searchParams.get("code");
const common = { client_id: "desk", redirect_uri: config.page + "/", resource: config.api };
if (!code) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  sessionStorage.setItem("verifier", verifier);
  const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const query = new URLSearchParams({ ...common, response_type: "code", scope: "openid contacts", code_challenge: challenge, code_challenge_method: "S256" });
  location = config.issuer + "/auth?" + query;
} else {
  const body = new URLSearchParams({ ...common, grant_type: "authorization_code", code, code_verifier: sessionStorage.getItem("verifier") });
  const tokens = await (await fetch(config.issuer + "/token", { method: "POST", body })).json();
  const headers = { authorization: "Bearer " + tokens.access_token, "content-type": "application/json" };
  const answer = await fetch(config.service + "/v1/contacts", { method: "POST", headers, body: JSON.stringify(config.person) });
  document.querySelector("output").textContent = JSON.stringify({ status: answer.status, ...tokens });
}
</script>`;

async function signIn(page) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  try {
    // The browser does not know our authority; the service does.
    const tab = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await tab.goto(page);
    await tab.fill("input[name=login]", "ann");
    await tab.fill("input[name=password]", "any");
    await tab.click("button[type=submit]");
    await tab.click("button[type=submit]:has-text('Continue')");
    await tab.waitForSelector("output:not(:empty)", { state: "attached" });
    return JSON.parse(await tab.textContent("output"));
  } finally {
    await browser.close();
  }
}

export async function start({ tls, onEnd }) {
  const config = {};
  const pages = createPage((request, response) => {
    response.setHeader("content-type", request.url === "/config" ? "application/json" : "text/html");
    response.end(request.url === "/config" ? JSON.stringify(config) : PAGE);
  });
  const page = `http://127.0.0.1:${await listening(pages)}`;
  let answer;
  const server = createServer(tls, (request, response) => answer(request, response));
  const issuer = `https://127.0.0.1:${await listening(server)}`;
  answer = new Provider(issuer, settings(page)).callback();
  for (const open of [pages, server]) onEnd(() => open.closeAllConnections() ?? open.close());

  return {
    page,
    config: `[auth]\nname = "staff"\nissuer = "${issuer}"\naudience = "iewm"\njwks = "${issuer}/jwks"\nroles = ["iewm_staff", "council"]\n`,
    async tokens({ service }) {
      Object.assign(config, { issuer, page, api: API, service: service.url, person: person("browser@example.org") });
      const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "batch", client_secret: "a-secret-of-the-batch", resource: API, scope: "contacts" });
      const program = await (await fetch(`${issuer}/token`, { method: "POST", body })).json();
      assert.ok(program.access_token, JSON.stringify(program));
      const signedIn = await signIn(page);
      assert.equal(signedIn.status, 201, `the page's own request: ${JSON.stringify(signedIn)}`);
      return [
        { what: "client credentials", token: program.access_token },
        { what: "a page in Chromium, code with PKCE", token: signedIn.access_token },
        { what: "the ID token of the page", token: signedIn.id_token, refused: true },
      ];
    },
  };
}
