import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const SECTIONS = readFileSync("docs/coming-from.md", "utf8").split(/^## /m).slice(1);

// Seen red: a row without a line, and a line without a row.
test("every row of the page for those who come from elsewhere is a line of its program, or says that it is not there", () => {
  expect(SECTIONS.map((section) => section.split("\n")[0])).toEqual(["ASE", "GPAW", "DFTK", "Observable"]);
  let count = 0;
  for (const section of SECTIONS) {
    const rows = Array.from(section.matchAll(/^\| (.+?) \| .* \| (.*?) \| .*\|$/gm), ([, name, here]) => ({
      name: name!,
      isThere: !here!.startsWith("no:"),
    })).filter(({ name }) => name.trim() !== "");
    const printed = Array.from(
      /```text\n([\s\S]*?)```/.exec(section)![1]!.matchAll(/^(.+?): /gm),
      ([, name]) => name,
    );
    const names = rows.map(({ name }) => name);
    expect(printed.filter((name) => !names.includes(name!))).toEqual([]);
    expect(rows.filter(({ name, isThere }) => isThere && !printed.includes(name))).toEqual([]);
    count += rows.length;
  }
  expect(count).toBeGreaterThan(60);
});
