// The mails that a demo lays in its folder, and the links in them.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

// How long a mail may take to come: it is looked for again and again until then.
const DEADLINE = 20_000;

// Quoted-printable (RFC 2045 section 6.7) or base64, as the part says; others are as they stand.
function decoded(head, body) {
  if (/content-transfer-encoding:\s*base64/i.test(head)) return Buffer.from(body, "base64").toString("utf8");
  if (!/content-transfer-encoding:\s*quoted-printable/i.test(head)) return body;
  const bytes = body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function text(mail) {
  const part = /(content-type:\s*text\/plain[\s\S]*?)\r?\n\r?\n([\s\S]*?)\r?\n--/i.exec(mail);
  const before = mail.slice(0, part.index).split(/\r?\n--/).at(-1);
  return decoded(before + part[1], part[2]);
}

// The mail to `address` that is the `nth`, once it is there.
export async function mailTo(demo, address, nth = 1) {
  const folder = path.join(demo.directory, "data/mail");
  const until = Date.now() + DEADLINE;
  while (Date.now() < until) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml"));
    const mails = await Promise.all(names.map((name) => readFile(path.join(folder, name), "latin1")));
    // Ids are in the order of time, and stand in the Message-ID.
    const order = (mail) => /^message-id:\s*<([^@>]+)/im.exec(mail)?.[1] ?? "";
    const ours = mails.filter((mail) => new RegExp(`^to:.*${address}`, "im").test(mail));
    ours.sort((one, other) => (order(one) < order(other) ? -1 : 1));
    const mail = ours[nth - 1];
    if (mail?.includes("\n--")) return { mail, text: text(mail) };
    await pause(50);
  }
  throw new Error(`no mail number ${nth} to ${address} within ${DEADLINE} ms`);
}

// Where a link of the mail leads, at the address where this demo listens.
export function link(demo, mail, kind) {
  const found = new RegExp(`/v1/${kind}/[A-Za-z0-9_.-]+`).exec(mail.text);
  if (!found) throw new Error(`no link of ${kind} in ${mail.text}`);
  return demo.address + found[0];
}
