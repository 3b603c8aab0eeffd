import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/io/checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "state.checkpoint.json");

const { normal } = random(7);
const numbers = (length: number) => Float64Array.from({ length }, normal);

test("a state comes back bit for bit", async () => {
  const special = Float64Array.of(
    Number.NaN,
    -0,
    Number.POSITIVE_INFINITY,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
    0.1,
  );
  const state = {
    step: 3,
    energy: -7.9 / 3,
    unbounded: Number.NEGATIVE_INFINITY,
    note: 'a "quoted" line\nbreak',
    nothing: null,
    isMetal: true,
    rho: special,
    history: [
      { x: numbers(5), step: numbers(1) },
      { x: numbers(0), step: numbers(2) },
    ],
    psi: [numbers(10), numbers(11)],
    index: Int32Array.of(-1, 2 ** 31 - 1),
  };
  await writeCheckpoint(path, state);
  const back = (await readCheckpoint(path)) as typeof state;
  expect(back).toEqual(state); // Object.is on every number: -0 and NaN count
  expect(new Uint8Array(back.rho.buffer)).toEqual(new Uint8Array(special.buffer));
  expect(back.index).toBeInstanceOf(Int32Array);
});

test("an array longer than one piece comes back, also from the middle of a buffer", async () => {
  const long = numbers(1_000_001); // 8 MB: three pieces, the last one short
  await writeCheckpoint(path, { view: long.subarray(1) });
  const { view } = (await readCheckpoint(path)) as { view: Float64Array };
  expect(view.length).toBe(1_000_000);
  expect(Buffer.compare(Buffer.from(view.buffer), Buffer.from(long.buffer, 8))).toBe(0);
});

test("every line of the file is JSON and no temporary file is left", async () => {
  await writeCheckpoint(path, { a: numbers(4), b: numbers(2) });
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.length).toBe(3);
  for (const line of lines) JSON.parse(line);
  expect(readdirSync(folder)).toEqual(["state.checkpoint.json"]);
});

test("a write that fails leaves the old file as it was", async () => {
  await writeCheckpoint(path, { step: 1 });
  const unwritable = {
    get step(): number {
      throw new Error("no");
    },
  };
  await expect(writeCheckpoint(path, unwritable)).rejects.toThrow("no");
  expect(await readCheckpoint(path)).toEqual({ step: 1 });
  expect(readdirSync(folder)).toEqual(["state.checkpoint.json"]);
});

test("a file cut short anywhere in its arrays is refused", async () => {
  await writeCheckpoint(path, { a: numbers(6), b: numbers(6) });
  const whole = readFileSync(path);
  const start = whole.indexOf("\n") + 1;
  for (let length = start; length < whole.length; length++) {
    writeFileSync(path, whole);
    truncateSync(path, length);
    await expect(readCheckpoint(path), `${length} of ${whole.length} bytes`).rejects.toThrow(
      /checkpoint: must be complete/,
    );
  }
});

test("a damaged character in an array is refused", async () => {
  await writeCheckpoint(path, { a: numbers(6), b: numbers(6) });
  const damaged = readFileSync(path);
  damaged[damaged.indexOf("\n") + 20] = "?".charCodeAt(0);
  writeFileSync(path, damaged);
  await expect(readCheckpoint(path)).rejects.toThrow(/checkpoint: must be complete/);
});

test("what is no checkpoint is refused", async () => {
  writeFileSync(path, '{"stillwave":"0.1.0"}\n');
  await expect(readCheckpoint(path)).rejects.toThrow(
    /must be a stillwave checkpoint of version 1, got .* something else/,
  );
  writeFileSync(path, '{"stillwaveCheckpoint":99,"state":{}}\n');
  await expect(readCheckpoint(path)).rejects.toThrow(/version 99/);
  writeFileSync(path, "");
  await expect(readCheckpoint(path)).rejects.toThrow(/something else/);
  await expect(readCheckpoint(join(folder, "none"))).rejects.toThrow(/must be a readable file/);
});
