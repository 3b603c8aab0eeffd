import { spawnSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { bundleProgram } from "../../scripts/bundle.ts";
import { SILICON } from "../systems.ts";

const program = resolve("node_modules/.cache/stillwave-program");
bundleProgram(program, "src", "ts");
const cwd = mkdtempSync(join(tmpdir(), "stillwave-code-"));
const folder = join(cwd, "code");
afterAll(() => rmSync(cwd, { recursive: true }));
beforeEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (words: string[], env: Record<string, string> = {}) => {
  const { NODE_DISABLE_COMPILE_CACHE: _, ...own } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(program, "main.js"), ...words], {
    cwd,
    env: { ...own, NODE_COMPILE_CACHE: folder, ...env },
    encoding: "utf8",
  });
  return { stdout, stderr, status };
};
const files = () => (existsSync(folder) ? readdirSync(folder) : []);
const examples = run(["examples"]); // kept code of it is removed before each test
const kept = () => join(folder, files()[0]!);

test("a second run takes what the first one compiled, under the flags of all that a command does", () => {
  writeFileSync(join(cwd, "job.json"), JSON.stringify(SILICON));
  const words = ["scf", "job.json", "--threads", "1", "-q", "--plot", "scf.svg"];
  const first = run(words);
  expect(first).toMatchObject({ status: 0, stderr: "" });
  const { ino } = statSync(kept());
  expect(run(words)).toEqual(first);
  expect(statSync(kept()).ino).toBe(ino); // V8 did not refuse it, which would have it made again
});

test("code that is damaged, cut short, of another program or of another user is made again", () => {
  const isRoot = process.getuid?.() === 0;
  expect(run(["examples"])).toEqual(examples);
  const sound = readFileSync(kept());
  const flipped = (at: number) => {
    const bytes = Buffer.from(sound);
    bytes[at] = bytes[at]! ^ 0x40;
    return bytes;
  };
  const wrong = [
    flipped(0), // checksum of another program
    flipped(sound.length >> 1),
    flipped(sound.length - 100),
    sound.subarray(0, sound.length >> 1),
    Buffer.alloc(0),
  ];
  for (const bytes of wrong) {
    writeFileSync(kept(), bytes);
    expect(run(["examples"])).toEqual(examples);
    expect(readFileSync(kept()).length).toBeGreaterThan(sound.length / 2);
    expect(readFileSync(kept()).subarray(0, 4)).toEqual(sound.subarray(0, 4));
    expect(files()).toHaveLength(1);
  }
  if (!isRoot) return;
  chownSync(kept(), 65534, 65534);
  expect(run(["examples"])).toEqual(examples);
  expect(statSync(kept()).uid).toBe(0);
});

test("where nothing may be kept, or a command does not succeed, nothing is, and nothing is said", () => {
  writeFileSync(folder, "a file where the folder would be");
  expect(run(["examples"])).toEqual(examples);
  expect(readFileSync(folder, "utf8")).toBe("a file where the folder would be");
  rmSync(folder);
  expect(run(["examples"], { NODE_DISABLE_COMPILE_CACHE: "1" })).toEqual(examples);
  expect(run(["nonsense"]).status).toBe(2);
  expect(files()).toEqual([]);
});

test("without a folder by name it is the user's own, and help of commands shares its code", () => {
  expect(run(["examples"], { NODE_COMPILE_CACHE: "", XDG_CACHE_HOME: folder })).toEqual(examples);
  expect(readdirSync(join(folder, "stillwave"))).toHaveLength(1);
  const home = { NODE_COMPILE_CACHE: "", XDG_CACHE_HOME: "", HOME: join(folder, "home") };
  // A home that is not there is not made.
  expect(run(["examples"], home)).toEqual(examples);
  expect(existsSync(home.HOME)).toBe(false);
  mkdirSync(home.HOME);
  for (const words of [
    ["scf", "--help"],
    ["dos", "-h"],
  ])
    expect(run(words, home).status).toBe(0);
  expect(readdirSync(join(folder, "home", ".cache", "stillwave"))).toEqual([
    `stillwave-help-${process.version}-${process.arch}`,
  ]);
});
