import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { writeCheckpoint } from "../../src/io/checkpoint.ts";
import type { BandsFile } from "../../src/job/tasks/bands/bands-result.ts";
import { type FakeHost, type FakeOptions, fakeHost, interruptedAt } from "./fake-host.ts";

const root = mkdtempSync(join(tmpdir(), "stillwave-bands-cli-"));
afterAll(() => rmSync(root, { recursive: true }));
let cwd = root;
const shipped = (name: string) => JSON.parse(readFileSync(`examples/${name}.json`, "utf8")) as object;
beforeEach(() => {
  cwd = mkdtempSync(join(root, "run-"));
  writeFileSync(join(cwd, "cb.json"), JSON.stringify({ ...shipped("cohen-bergstresser"), ecut: 3 }));
  const small = { ecut: 3, kgrid: [2, 2, 2], bands: 6 };
  writeFileSync(join(cwd, "si.json"), JSON.stringify({ ...shipped("silicon"), ...small }));
});

/** A k-point of a certificate. */
interface BandsClaims {
  readonly claims: readonly [{ readonly lower: number; readonly upper: number }];
}

const bands = (words: readonly string[], host: FakeHost) =>
  runProgram(["bands", ...words, "--threads", "1", "--backend", "wasm"], host);
const ready = (options: FakeOptions = {}) => fakeHost({ cwd, ...options });
const read = (name: string) => readFileSync(join(cwd, name), "utf8");

test("a run for a person has a table of the named points and the gap, with what is measured from what", async () => {
  const host = ready();
  expect(await bands(["cb.json", "--path", "LGX", "--points", "11"], host)).toBe(0);
  const { stdout, stderr } = host.written;
  expect(stdout).toMatch(/^silicon, Cohen-Bergstresser model\n/);
  expect(stdout).toMatch(/energies in eV above the top of band 4, at Γ: 0\.3\d{7} Ha/);
  expect(stdout).toMatch(/\n +L +Γ +X\nband 1 +-\d+\.\d{3} +-12\.\d{3} +-\d\.\d{3}\n/);
  expect(stdout).toMatch(/\nband 4 +-1\.\d{3} +0\.000 +-\d\.\d{3}\n/);
  expect(stdout).toMatch(
    /gap between bands 4 and 5, estimated from these k-points: 0\.\d{3} eV, indirect, from Γ to \[.*\] between Γ and X/,
  );
  expect(stdout).toMatch(/11 k-points, largest residual \d\.\de-\d+ Ha/);
  expect(stderr).toBe("");
});

test("--json prints the bands file and nothing else, --out FILE.json writes the same", async () => {
  const host = ready();
  expect(
    await bands(["cb.json", "--k", "0,0,0;1/2,0,1/2", "--bands", "5", "--json", "--out", "b.json"], host),
  ).toBe(0);
  expect(read("b.json")).toBe(host.written.stdout);
  const file = JSON.parse(host.written.stdout) as BandsFile;
  expect(file.kpoints.map(({ k, bands: levels }) => [k, levels.length])).toEqual([
    [[0, 0, 0], 5],
    [[0.5, 0, 0.5], 5],
  ]);
  expect(file.path).toEqual([
    { label: "Γ", index: 0 },
    { label: "X", index: 1 },
  ]);
  expect([file.hamiltonian, file.ecut]).toEqual(["cohen-bergstresser", 3]);
  expect(file.kpoints[0]!.bands[0]!.energy).toBeLessThan(-0.07);
  expect(host.written.stdout.split("\n").length).toBeLessThan(25); // a line for each k-point
});

test("--out draws a picture or a page, by its ending", async () => {
  const host = ready();
  expect(await bands(["cb.json", "--path", "LGX", "--points", "9", "--out", "b.svg"], host)).toBe(0);
  expect(read("b.svg")).toMatch(/^<svg .*the top of band 4/s);
  expect(await bands(["cb.json", "--path", "LGX", "--points", "9", "--out", "b.html"], host)).toBe(0);
  expect(read("b.html")).toMatch(/^<!doctype html>.*<svg .*estimated from these k-points.*<td>band 8<\/td>/s);
  expect(await bands(["cb.json", "--path", "LGX", "--points", "9", "--out", "b.png"], host)).toBe(0);
  const png = readFileSync(join(cwd, "b.png"));
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1360, 880]); // two pixels for each unit of the SVG
  expect(host.written.stderr).toBe("bands: b.svg\nbands: b.html\nbands: b.png\n");
});

test("a ground state tells its steps on stderr, and its potential can be kept and used", async () => {
  const host = ready();
  const points = ["--path", "GX", "--points", "4"];
  expect(await bands(["si.json", ...points, "--save-problem", "si.problem.json"], host)).toBe(0);
  expect(host.written.stderr).toMatch(/step +free energy.*\n +1 +-7\.\d+.*problem: si\.problem\.json\n$/s);
  expect(host.written.stdout).toMatch(/above the valence maximum/);
  const job = JSON.parse(read("si.json")) as object;
  writeFileSync(
    join(cwd, "frozen.json"),
    JSON.stringify({ ...job, hamiltonian: { frozen: "si.problem.json" } }),
  );
  const again = ready();
  expect(await bands(["frozen.json", ...points], again)).toBe(0);
  const table = (text: string) =>
    text.split("\n").filter((line) => /^band|Ha$/.test(line) && !/residual/.test(line));
  expect(table(host.written.stdout).length).toBe(7);
  expect(table(again.written.stdout)).toEqual(table(host.written.stdout));
  expect(again.written.stderr).toBe("");
});

test("error bars come with what they rest on, in numbers and in the picture", async () => {
  const host = ready({ isTerminal: true });
  const words = ["cb.json", "--path", "LG", "--points", "4", "--bands", "5", "--error-bars"];
  expect(await bands([...words, "--out", "b.html"], host)).toBe(0);
  expect(host.written.stdout).toMatch(
    /exact level of the infinite basis, \d\.\de-\d+ to \d\.\de-\d+ Ha wide, guaranteed if\n- the operator is/,
  );
  expect(host.written.stderr).toContain("error bars: k-point 4/4");
  expect(read("b.html")).toMatch(
    /guaranteed: within \[\d+\.\d+, \d+\.\d+\] eV.*width of the enclosure.*guaranteed if/s,
  );
  const json = ready();
  expect(await bands([...words, "--json"], json)).toBe(0);
  const { kpoints, gap } = JSON.parse(json.written.stdout) as BandsFile;
  expect(gap).toMatchObject({ filled: 4, guaranteed: true });
  expect(gap!.lower).toBeGreaterThan(0);
  const gapOf40Hartree = 0.06894031017115; // between two of these points
  expect(gap!.lower).toBeLessThan(gapOf40Hartree);
  expect(gap!.upper).toBeGreaterThan(gapOf40Hartree);
  expect(gap!.upper! - gap!.lower!).toBeLessThan(2e-4); // of two levels
  expect(host.written.stdout).toMatch(/gap 4 to 5 at these k-points, guaranteed: within \[/);
  for (const { bands: levels } of kpoints)
    for (const level of levels) {
      expect(Object.keys(level)).toEqual(["index", "energy", "lower", "upper", "guaranteed", "parts"]);
      expect(level.upper! - level.lower!).toBeGreaterThan(0);
    }
});

test("a certificate is kept beside the picture and stands on its own; a changed one is told with 1, a damaged one with 2", async () => {
  const host = ready();
  expect(
    await bands(["cb.json", "--k", "0,0,0;0.5,0.5,0.5", "--bands", "3", "--certificate", "c.jsonl"], host),
  ).toBe(0);
  expect(host.written.stderr).toMatch(/certificate: c\.jsonl\ncheck it with stillwave verify c\.jsonl\n$/);
  const verify = async (words: readonly string[]) => {
    const own = ready();
    return { code: await runProgram(["verify", ...words], own), ...own.written };
  };
  const good = await verify(["c.jsonl"]);
  expect([good.code, good.stderr]).toEqual([0, ""]);
  expect(good.stdout).toMatch(/^silicon, Cohen-Bergstresser model, written by stillwave \S+\nproblem +Si2: /);
  expect(good.stdout).toMatch(
    /\nlattice +\[0, 5\.1.* bohr³\natom .*\natom .*\npotential +Si cohen-bergstresser, Z = 4, .*\ndigest +[0-9a-f]{64} /,
  );
  expect(good.stdout).toMatch(
    /2 k-points, 6 enclosures .*\n.*\n.*\nevery enclosure stands: .* if\n- the operator is/,
  );
  // bands tells the intervals that verify finds claimed
  const claimed = [...good.stdout.matchAll(/k = \[.*\]: \[.*\] Ha/g)].map(([line]) => line);
  expect(claimed.length).toBe(2);
  for (const line of claimed) expect(host.written.stdout).toContain(line);
  expect(JSON.parse((await verify(["c.jsonl", "--json"])).stdout)).toMatchObject({
    valid: true,
    points: 2,
    enclosures: 6,
    failures: [],
  });
  expect((await verify(["c.jsonl", "--job", "cb.json"])).code).toBe(0);
  const stated = JSON.parse(read("cb.json")) as object;
  writeFileSync(join(cwd, "other.json"), JSON.stringify({ ...stated, ecut: 4 }));
  expect(await verify(["c.jsonl", "--job", "other.json"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: "stillwave: ecut: must be that of the certificate, 3, got 4 in the job\n",
  });
  const text = read("c.jsonl");
  const [{ lower, upper }] = (JSON.parse(text.split("\n")[1]!) as BandsClaims).claims;
  const halfway = String((lower + upper) / 2);
  writeFileSync(join(cwd, "changed.jsonl"), text.replace(String(upper), halfway));
  const bad = await verify(["changed.jsonl"]);
  expect([bad.code, bad.stderr]).toEqual([1, ""]);
  expect(bad.stdout).toMatch(
    /does not stand: k = \[0, 0, 0\], band 1: \[.*\] is proved, which .* does not contain\n1 failures; the certificate is not valid\n/,
  );
  writeFileSync(join(cwd, "short.jsonl"), text.slice(0, text.length / 2));
  const short = await verify(["short.jsonl"]);
  expect([short.code, short.stdout]).toEqual([2, ""]);
  expect(short.stderr).toMatch(/^stillwave: certificate .* cut off\n$/);
  const title = "red \u001b[31m\u009b1mtitle\u202e\n";
  writeFileSync(
    join(cwd, "title.jsonl"),
    text.replace(JSON.stringify("silicon, Cohen-Bergstresser model"), JSON.stringify(title)),
  );
  expect((await verify(["title.jsonl"])).stdout).toMatch(/^red \[31m1mtitle ?, written by/);
  expect(await verify(["missing.jsonl"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/missing\.jsonl: must be a readable file, it does not exist\n$/),
  });
});

test("an accuracy asks for error bars, and one that is out of reach is told with 3", async () => {
  const host = ready();
  const words = ["cb.json", "--k", "0,0,0", "--bands", "2", "--accuracy"];
  expect(await bands([...words, "1e-5"], host)).toBe(0);
  expect(host.written.stdout).toMatch(/guaranteed if/);
  expect(await bands([...words, "1e-30"], host)).toBe(3);
  expect(host.written.stderr).toMatch(
    /not converged: the widest interval has \d\.\de-\d+ Ha, more than 1e-\d+: \d\.\de-\d+ Ha of it by rounding; less is not to be had/,
  );
});

test("no ground state means 3 and no bands", async () => {
  const job = JSON.parse(read("si.json")) as object;
  writeFileSync(join(cwd, "short.json"), JSON.stringify({ ...job, scf: { maxIterations: 1 } }));
  const host = ready();
  expect(await bands(["short.json", "--out", "b.json"], host)).toBe(3);
  expect(host.written.stdout).toBe("");
  expect(host.written.stderr).toMatch(
    /not converged: the ground state: iteration-limit after 1 step,.*levels of its potential/,
  );
  expect(() => read("b.json")).toThrow();
});

test("a terminal gets progress that is wiped, and a picture", async () => {
  const host = ready({ isTerminal: true });
  expect(await bands(["cb.json", "--path", "LGX", "--points", "9"], host)).toBe(0);
  expect(host.written.stderr).toContain("bands: k-point 9/9");
  expect(host.written.stderr.endsWith("\r\u001b[2K")).toBe(true);
  expect(host.written.stdout).toMatch(/energy \(eV\)\n.*[⠁-⣿].*L-Γ-X/s);
});

test("Ctrl-C stops between k-points with 3", async () => {
  const host = ready({ isTerminal: true });
  const { write } = host.stderr;
  host.stderr.write = (text) => {
    write(text);
    if (text.includes("k-point 2/9")) host.interrupt();
  };
  expect(await bands(["cb.json", "--path", "LGX", "--points", "9"], host)).toBe(3);
  expect(host.written.stderr).toMatch(
    /\[2Kinterrupted: stopping .*not converged:.* interrupted after 2 of 9 k-points of the bands\n/s,
  );
  expect(host.written.stdout).toBe("");
});

describe("wrong input is 2 and one line", () => {
  test.each([
    [["cb.json", "--path", "GQ"], /--path: must be made of G, K, L, U, W, X .*got "Q" in "GQ"/],
    [["cb.json", "--points", "5"], /--points: must be a whole number of at least 22 .*got 5/],
    [["cb.json", "--points", "many"], /--points: must be a whole number from 1 to 100000, got many/],
    [["cb.json", "--bands", "0"], /--bands: must be a whole number from 1 to 100000, got 0/],
    [["cb.json", "--bands", "5000"], /bands: must be at most the \d+ plane waves at k = /],
    [["cb.json", "--k", "0,0"], /--k: must be points of three reduced coordinates .*got "0,0"/],
    [["cb.json", "--k", "0,0,0", "--path", "GX"], /--k: must stand without --path and --points/],
    [["cb.json", "--out", "b.gif"], /--out: must end in \.svg, \.png, \.pdf, \.html or \.json, got b\.gif/],
    [
      ["cb.json", "--out", "nowhere/b.svg"],
      /--out: must be in a folder that can be written, got .*it does not exist/,
    ],
    [["cb.json", "--save-problem", "p.json"], /--save-problem: needs the hamiltonian kohn-sham/],
    [["cb.json", "--accuracy", "0"], /--accuracy: must be a positive width in Ha, got 0/],
    [["cb.json", "--accuracy", "small"], /--accuracy: must be a positive width in Ha, got small/],
    [["cb.json", "--paht", "GX"], /unknown option '--paht'.*Did you mean --path\?/],
  ] as const)("%j", async (words, message) => {
    const host = ready();
    expect(await bands(words, host)).toBe(2);
    expect(host.written.stdout).toBe("");
    expect(host.written.stderr).toMatch(message);
    expect(host.written.stderr).toMatch(/^stillwave: [^\n]*\n$/);
  });
});

describe("Ctrl-C", () => {
  test("during error bars leaves those that were proved, and says which are not", async () => {
    const host = ready();
    const words = [
      "cb.json",
      "--path",
      "LG",
      "--points",
      "4",
      "--bands",
      "4",
      "--error-bars",
      "--threads",
      "1",
      "--json",
    ];
    expect(await bands(words, interruptedAt(host, "error bars: k-point 2/"))).toBe(3);
    const { kpoints, gap } = JSON.parse(host.written.stdout) as BandsFile;
    expect(kpoints.map((at) => at.bands.every(({ guaranteed }) => guaranteed))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(gap).toBeUndefined();
    expect(host.written.stderr).toMatch(
      /no proof at 2 k-points, the first of them k = .*: interrupted before its turn\n/,
    );
  });

  test("during the ground state keeps its state, with which bands go on", async () => {
    const host = ready();
    const words = ["si.json", "--k", "0,0,0", "--threads", "1"];
    expect(await bands(words, interruptedAt(host, "   4  "))).toBe(3);
    expect(host.written.stderr).toMatch(
      /checkpoint: si\.checkpoint\.json; continue with --restart si\.checkpoint\.json\n/,
    );
    const [whole, rest] = [ready(), ready()];
    expect(await bands(words, whole)).toBe(0);
    expect(await bands([...words, "--restart", "si.checkpoint.json"], rest)).toBe(0);
    expect(rest.written.stderr).not.toMatch(/\n +4 /);
    expect(rest.written.stderr).toMatch(/\n +5 +-7\./);
    const table = (text: string) => text.split("\n").filter((line) => line.startsWith("band "));
    expect(table(rest.written.stdout)).toEqual(table(whole.written.stdout));
  });

  test("a fixed Hamiltonian has nothing to go on with", async () => {
    const host = ready();
    await writeCheckpoint(join(cwd, "si.checkpoint.json"), { step: 1 });
    expect(await bands(["cb.json", "--k", "0,0,0", "--restart", "si.checkpoint.json"], host)).toBe(2);
    expect(host.written.stderr).toMatch(/^stillwave: --restart: needs the hamiltonian kohn-sham/);
  });
});
