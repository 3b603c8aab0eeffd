import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readCheckpoint } from "../../src/io/checkpoint.ts";
import { SILICON } from "../systems.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-interrupt-"));
afterAll(() => rmSync(cwd, { recursive: true }));

test("Ctrl-C pressed twice in a terminal leaves at once, with the last whole step in a file", async () => {
  const job = {
    ...SILICON,
    ecut: 50,
    bands: 20,
    kgrid: [2, 1, 1],
    symmetry: false,
    scf: { tolerance: { density: 1e-9 } },
  };
  writeFileSync(join(cwd, "heavy.json"), JSON.stringify(job));
  const words = [
    "--import",
    import.meta.resolve("tsx"),
    resolve("src/cli/main.ts"),
    "scf",
    "heavy.json",
    "--threads",
    "2",
  ];
  const child = spawn(process.execPath, words, { cwd });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    const before = output;
    output += chunk.toString();
    if (!/\n +2 +-/.test(before) && /\n +2 +-/.test(output)) child.kill("SIGINT"); // workers are at the third step
  });
  child.stderr.on("data", (chunk: Buffer) => {
    const before = errors;
    errors += chunk.toString();
    if (!before.includes("again to quit") && errors.includes("again to quit")) child.kill("SIGINT");
  });
  const signal = await new Promise<string | null>((done) => child.on("close", (_, by) => done(by)));
  expect(signal).toBe("SIGINT");
  expect(errors).toMatch(/checkpoint: .*heavy\.checkpoint\.json; continue with --restart/);
  const state = (await readCheckpoint(join(cwd, "heavy.checkpoint.json"))) as { history: unknown[] };
  expect(state.history).toHaveLength(2);
  expect(readdirSync(cwd).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
