import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FORMATS } from "../../src/io/structures/structure-files.ts";

const page = readFileSync("docs/formats.md", "utf8");
const cells = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| format"))
  .map((line) => line.split(/(?<!\\)\|/).slice(1, -1));

test("the page of the formats has a whole row for each, with its endings, and no other", () => {
  const rows = cells.filter((row) => row.length === 4);
  for (const { title, endings } of FORMATS) {
    const row = rows.filter(([format]) => format!.trimStart().toLowerCase().startsWith(title.toLowerCase()));
    expect(row.length, title).toBe(1);
    for (const ending of endings) expect(row[0]![0], title).toContain(`\`${ending}\``);
    for (const cell of row[0]!) expect(cell.trim(), title).not.toBe("");
  }
  expect(rows.length).toBe(FORMATS.length);
});

test("the page says which formats are written", () => {
  const written = /^\* Written are (.*); what/m.exec(page)![1]!;
  for (const { title, format } of FORMATS) expect(written.includes(title), title).toBe(format !== undefined);
});
