import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { reporter } from "../../src/cli/terminal/reporter.ts";
import { checkpointKeeper } from "../../src/cli/work/checkpoint-keeper.ts";
import type { JobSource } from "../../src/cli/work/job-source.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { SILICON } from "../systems.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-keeper-"));
afterAll(() => rmSync(cwd, { recursive: true }));
const source: JobSource = { value: SILICON, name: "si", folder: cwd, files: [] };
const isAny = (value: unknown): value is object => value !== undefined;

/** The keeper of a command, and what it has said. */
async function keeperOf(name: string, checkpoint: string, restart?: string) {
  const host = fakeHost({ cwd });
  const call = { name, source, job: parseJob({ ...SILICON, hamiltonian: "core" }) };
  const keeper = await checkpointKeeper(host, reporter(host.stderr, "normal"), call, { checkpoint, restart });
  return { keeper, host, open: () => keeper.run.finished!.open("the same work") };
}

test("a command that is done leaves the pieces of another beside the same checkpoint", async () => {
  const bands = await keeperOf("bands", "state.json");
  bands.open().keep("a", {});
  await bands.keeper.release();
  const dos = await keeperOf("dos", "state.json");
  dos.open().keep("b", {});
  dos.keeper.done();
  await dos.keeper.release();
  const again = await keeperOf("bands", "state.json", "state.json");
  expect(again.open().find("a", isAny)).toEqual({});
  again.keeper.done();
  await again.keeper.release();
  expect(existsSync(join(cwd, "state.json.bands.pieces"))).toBe(false);
});

test("pieces that cannot be written are told of", async () => {
  mkdirSync(join(cwd, "other.json.bands.pieces"));
  const { keeper, host, open } = await keeperOf("bands", "other.json");
  open().keep("a", {});
  await keeper.release();
  expect(host.written.stderr).toMatch(
    /checkpoint: .*other\.json\.bands\.pieces.*; finished pieces from here on are not kept/,
  );
});
