// What each page must be: in order by axe-core, and no wider than its window.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import axe from "axe-core";

export const screenshots = new URL("../../target/screenshots/", import.meta.url);

// The rules of WCAG 2.2 at A and AA, and what axe-core calls best practice. Leaves a picture for a person to look at.
export async function judge(page, name) {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: new URL(`page-${name}.png`, screenshots).pathname, fullPage: true });
  await page.evaluate(axe.source);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations, passes } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: "tag", values } }), tags,
  );
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`), [], name);
  assert.ok(passes.some(({ id }) => id === "color-contrast"), `${name} was not judged`);
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(width[0] <= width[1], `${name} is wider than its window: ${width}`);
}
