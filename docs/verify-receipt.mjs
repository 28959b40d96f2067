// Verifies a consent receipt without asking the service: node docs/verify-receipt.mjs receipt.txt jwks.json
// The receipt is what GET /v1/consents/{id}/receipt gave; the JWKS what /.well-known/jwks.json gave, fetched
// once, from a source that you trust, and kept. Needs Node.js 18 or later and nothing else.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [receiptFile, jwksFile] = process.argv.slice(2);
if (!receiptFile || !jwksFile) {
  console.error("usage: node verify-receipt.mjs RECEIPT JWKS");
  process.exit(2);
}
const parts = readFileSync(receiptFile, "utf8").trim().split(".");
const { keys } = JSON.parse(readFileSync(jwksFile, "utf8"));
const fail = (why) => {
  console.error(`not valid: ${why}`);
  process.exit(1);
};
if (parts.length !== 3) fail("it is not a compact JWS");
const [head, payload, signature] = parts;
let header;
try {
  header = JSON.parse(Buffer.from(head, "base64url"));
} catch {
  fail("its header cannot be read");
}
if (!["EdDSA", "Ed25519"].includes(header.alg) || header.typ !== "consent-receipt+jwt") fail("its header is not a receipt's");
const jwk = keys.find((key) => key.kid === header.kid);
if (!jwk) fail("none of the keys signed it");
const key = createPublicKey({ key: jwk, format: "jwk" });
if (!verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, "base64url"))) {
  fail("the signature does not fit");
}
console.log(JSON.stringify(JSON.parse(Buffer.from(payload, "base64url")), null, 2));
