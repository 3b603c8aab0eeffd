import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { checkpoints } from "./checkpoints.ts";
import { disks } from "./disks.ts";
import { type Fault, type Row, type Size, tried } from "./harness.ts";
import { fuzzed, inputs } from "./inputs.ts";
import { kills } from "./kills.ts";
import { paths } from "./paths.ts";
import { signals } from "./signals.ts";
import { sizes } from "./sizes.ts";

/*
 * Faults by the hundred, injected into the built command line: `npm run faults`, half an hour; `--short` tries most kinds, a minute,
 * `--only WORD` the kinds that have it in their names, `--lanes N` tries N at a time, `--write` puts the rows into RELIABILITY.md.
 */
const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    lanes: { type: "string", default: String(availableParallelism()) },
    write: { type: "boolean", default: false },
  },
});
const size: Size = { isShort: values.short, seed: Number(values.seed) };
const PAGE = "RELIABILITY.md";
const [BEGIN, END] = ["<!-- table of npm run faults -->", "<!-- end of table -->"];

const KINDS: Readonly<Record<string, (size: Size) => Fault[] | Promise<Fault[]>>> = { kills, signals, disks, paths, checkpoints, sizes, inputs }; // biome-ignore format: a list
const isAsked = (name: string): boolean => values.only === undefined || name.includes(values.only);

const rows: Row[] = [];
const note = (row: Row): void => {
  rows.push(row);
  console.log(`${row.name}: ${row.kept} of ${row.tried} kept everything, ${row.lost} lost`);
};
const began = performance.now();
for (const [kind, make] of Object.entries(KINDS))
  if (isAsked(kind))
    for (const fault of await make(size)) note(await tried(fault, Number(values.lanes), console.log));
if (isAsked("fuzz") && !(size.isShort && values.only === undefined)) note(await fuzzed(size, console.log));

/** Rows of a table, each under the name of its fault. */
const rowsOf = (table: string): Map<string, Row> =>
  new Map(
    [...table.matchAll(/^\| (.+?) \| (.*) \| (\d+) \| (\d+) \| (\d+) \|$/gm)].map(
      ([, name = "", how = "", ...counts]) => {
        const [tried = 0, kept = 0, lost = 0] = counts.map(Number);
        return [name, { name, how, tried, kept, lost }];
      },
    ),
  );

const TOTAL = "all";
function tableOf(rows: readonly Row[]): string {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const total: Row = {
    name: TOTAL,
    how: "",
    tried: sum(({ tried }) => tried),
    kept: sum(({ kept }) => kept),
    lost: sum(({ lost }) => lost),
  };
  return [
    "| fault | how it is injected | tried | kept everything | work lost |",
    "|---|---|---:|---:|---:|",
    ...[...rows, total].map(
      ({ name, how, tried, kept, lost }) => `| ${name} | ${how} | ${tried} | ${kept} | ${lost} |`,
    ),
  ].join("\n");
}

console.log(`\n${tableOf(rows)}\n\n${((performance.now() - began) / 1000).toFixed(0)} s`);
if (values.write) {
  const page = readFileSync(PAGE, "utf8");
  const [before, rest] = page.split(BEGIN);
  const [table, after] = rest?.split(END) ?? [];
  if (table === undefined || after === undefined) throw new Error(`${PAGE}: must hold ${BEGIN} and ${END}`);
  const known = rowsOf(table);
  known.delete(TOTAL);
  for (const row of rows) known.set(row.name, row);
  writeFileSync(PAGE, `${before}${BEGIN}\n${tableOf([...known.values()])}\n${END}${after}`);
}
process.exitCode = rows.every(({ tried, kept, lost }) => kept === tried && lost === 0) ? 0 : 1;
