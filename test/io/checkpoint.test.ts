import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/io/checkpoint.ts";
import { requireWritable } from "../../src/io/node-files.ts";
import { claimFile, writeAtomically, writeAtomicallySync } from "../../src/io/whole-files.ts";

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
  expect(lines.length).toBe(4); // state, two arrays, checksum
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
  for (let length = start; length < whole.length - 1; length++) {
    writeFileSync(path, whole);
    truncateSync(path, length);
    await expect(readCheckpoint(path), `${length} of ${whole.length} bytes`).rejects.toThrow(
      /checkpoint: must be complete/,
    );
  }
});

test("any damaged byte is refused, and so is an array larger than the file", async () => {
  await writeCheckpoint(path, { step: 12, name: "x", a: numbers(3) });
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length - 1; at++) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1;
    writeFileSync(path, damaged);
    await expect(readCheckpoint(path), `byte ${at}`).rejects.toThrow(/^checkpoint: must be/);
  }
  writeFileSync(path, whole.toString("latin1").replace('"length":3', '"length":3000000000'));
  await expect(readCheckpoint(path)).rejects.toThrow(/must be complete/);
});

test("a file of version 1, which has no checksum, is read", async () => {
  await writeCheckpoint(path, { a: Float64Array.of(1, 2) });
  const lines = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, `${[lines[0]!.replace(":2,", ":1,"), lines[1]].join("\n")}\n`);
  expect(await readCheckpoint(path)).toEqual({ a: Float64Array.of(1, 2) });
});

test("a link stays a link, permissions stay, and what a killed process left is removed", async () => {
  const [target, link] = [join(folder, "target"), join(folder, "link")];
  writeFileSync(target, "old", { mode: 0o640 });
  symlinkSync(target, link);
  await writeAtomically(link, ["new"]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, "utf8")).toBe("new");
  expect(statSync(target).mode & 0o777).toBe(0o640);
  const gone = spawnSync("node", ["-e", ""]).pid;
  const machine = hostname().replace(/\W/g, "-").slice(0, 40);
  const left = (pid: number, on = machine) => `.stillwave-${on}-${pid}-0123abcd.tmp`;
  for (const name of [left(gone), left(process.pid), left(gone, "elsewhere")])
    writeFileSync(join(folder, name), "half");
  await requireWritable("out", join(folder, "result.json"));
  const kept = readdirSync(folder).filter((name) => name.endsWith(".tmp"));
  expect(kept.sort()).toEqual([left(process.pid), left(gone, "elsewhere")].sort());
  for (const name of kept) rmSync(join(folder, name));
});

test("a device is written to and not replaced, also by a process about to end, and is claimed by nobody", async () => {
  await writeAtomically("/dev/null", ["new"]);
  writeAtomicallySync("/dev/null", ["new"]);
  await (await claimFile("checkpoint", "/dev/null"))();
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  expect(existsSync("/dev/null.lock")).toBe(false);
});

test("a process about to end breaks into a write of the same file: what it wrote is whole and stays", async () => {
  const whole = join(folder, "whole");
  let goOn = () => {};
  let isHalf = () => {};
  const [gate, half] = [new Promise<void>((open) => (goOn = open)), new Promise<void>((done) => (isHalf = done))]; // biome-ignore format: two
  const first = writeAtomically(
    whole,
    (async function* () {
      yield "aaaa";
      isHalf();
      await gate;
      yield "bbbb";
    })(),
  );
  await half;
  writeAtomicallySync(whole, ["cc", "cc"]);
  expect(readFileSync(whole, "utf8")).toBe("cccc");
  goOn();
  await expect(first).rejects.toThrow(/whole could not be written/);
  expect(readFileSync(whole, "utf8")).toBe("cccc");
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("what cannot be written is named, with the reason", async () => {
  const line = "/dev/full could not be written (ENOSPC: no space left on device)";
  await expect(writeAtomically("/dev/full", ["new"])).rejects.toThrow(line);
  expect(() => writeAtomicallySync("/dev/full", ["new"])).toThrow(line);
  const wrong = new Error("of the text itself");
  const text = (function* (): Generator<string> {
    yield "a";
    throw wrong;
  })();
  await expect(writeAtomically(path, text)).rejects.toBe(wrong);
  await expect(requireWritable("--out", join(folder, "n".repeat(300)))).rejects.toThrow(
    /^--out: must be a file that can be written, got .*name too long/,
  );
});

test("a file is claimed by one process, until that gives it back or has ended", async () => {
  const release = await claimFile("checkpoint", path);
  await expect(claimFile("checkpoint", path)).rejects.toThrow(
    new RegExp(`checkpoint: must be a file that no other run writes, got .*process ${process.pid}`),
  );
  await release();
  writeFileSync(
    `${path}.lock`,
    `${spawnSync("node", ["-e", ""]).pid} ${hostname().replace(/\W/g, "-").slice(0, 40)}`,
  );
  await (await claimFile("checkpoint", path))();
  expect(readdirSync(folder)).not.toContain("state.checkpoint.json.lock");
});

test.runIf(process.platform === "linux")(
  "a process that has ended and is still listed claims nothing",
  async () => {
    // `exec` puts a program that waits for nobody in the place of the shell; only then the child ends.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = await new Promise<number>((told) => parent.stdout.once("data", (data) => told(Number(data))));
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
    process.kill(pid);
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /);
    writeFileSync(`${path}.lock`, `${pid} ${hostname().replace(/\W/g, "-").slice(0, 40)}`);
    await (await claimFile("checkpoint", path))();
    parent.kill();
  },
);

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
    /must be a stillwave checkpoint of version 1 or 2, got .* something else/,
  );
  writeFileSync(path, '{"stillwaveCheckpoint":99,"state":{}}\n');
  await expect(readCheckpoint(path)).rejects.toThrow(/version 99/);
  writeFileSync(path, "");
  await expect(readCheckpoint(path)).rejects.toThrow(/something else/);
  await expect(readCheckpoint(join(folder, "none"))).rejects.toThrow(/must be a readable file/);
});
