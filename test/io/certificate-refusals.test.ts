import { expect, test } from "vitest";
import type { Vec3 } from "../../src/common/vec3.ts";
import { ASSUMPTIONS } from "../../src/errors/certify/band-enclosure.ts";
import { sha256 } from "../../src/io/certificate/certificate-file.ts";
import { verifyCertificate } from "../../src/job/tasks/verify/verify-certificate.ts";
import { example } from "./certificates.ts";

const K: Vec3 = [0.1, 0.2, 0.3];
const lines = await example([K], 2);

/** Fields of a line, by any names. */
// biome-ignore lint/suspicious/noExplicitAny: what is written is wrong on purpose
type Fields = Record<string, any>;

/** The certificate changed by somebody who can compute hashes. */
async function changed(change: (head: Fields, point: Fields) => void): Promise<string[]> {
  const [head, point] = lines.map((line) => JSON.parse(line) as Fields) as [Fields, Fields];
  change(head, point);
  head.problemHash = await sha256(JSON.stringify(head.problem));
  point.hash = await sha256(JSON.stringify([head.problemHash, point.k, point.proposals]));
  return [JSON.stringify(head), JSON.stringify(point)];
}
const refused = async (texts: readonly string[], message: RegExp) => {
  const error = await verifyCertificate(texts).then(() => undefined, (thrown: Error) => thrown); // biome-ignore format: one promise
  expect(error?.name).toBe("InputError");
  expect(error?.message).toMatch(message);
  expect(error?.message).not.toMatch(/\p{Cc}/u);
};
const refusedIf = async (change: (head: Fields, point: Fields) => void, message: RegExp) =>
  refused(await changed(change), message);

test("what is taken for granted is what this check takes, and what the file says beside is told", async () => {
  const own = await verifyCertificate(lines);
  expect([own.assumptions, own.foreignAssumptions]).toEqual([ASSUMPTIONS, []]);
  const other = await verifyCertificate(
    await changed((head) => { head.assumptions = ["every level was proved by hand", ASSUMPTIONS[0]]; }), // biome-ignore format: one change
  );
  expect(other.assumptions).toEqual(ASSUMPTIONS);
  expect(other.foreignAssumptions).toEqual(["every level was proved by hand"]);
  expect(other.points[0]!.claims).toEqual((JSON.parse(lines[1]!) as Fields).claims);
});

// Seen red: record of file-schema.ts without its strictness, the names not counted.
test("unknown fields, fields of another kind and fields that stand twice are refused by their names", async () => {
  await refusedIf((head) => { head.sealed = true; }, /^certificate sealed: must not stand there, where the fields are /); // biome-ignore format: one case
  await refusedIf((head) => { head.problem.atoms = []; }, /^certificate problem\.atoms: must not stand there/); // biome-ignore format: one case
  await refusedIf((head) => { head.problem.potential.c = []; }, /problem\.potential\.c: must not stand there/); // biome-ignore format: one case
  await refusedIf((_, point) => { point.claims[1].width = 0; }, /^certificate line 2, claims\[1\]\.width: must not/); // biome-ignore format: one case
  await refusedIf((_, point) => { point.proposals[0].count.proved = true; }, /proposals\[0\]\.count\.proved: must not/); // biome-ignore format: one case
  await refusedIf((head) => { head["__pro\u001b]0;to\u0007"] = 1; }, /^certificate __pro\]0;to: must not/); // biome-ignore format: one case
  await refused([lines[0]!.replace('"points":1', '"points":1,"points":1'), lines[1]!], /^certificate line 1: must name every field once/); // biome-ignore format: one case
  await refused([lines[0]!, lines[1]!.replace('"lower":', '"lower":-9,"lower":')], /^certificate line 2: must name every field once/); // biome-ignore format: one case
});

test("work that would not end is refused before it begins, with an estimate", async () => {
  const began = performance.now();
  const estimate = /about (\d(\.\d)?e\+\d+|Infinity)/;
  for (const [part, name] of [["count", "cutoff"], ["count", "outerCutoff"], ["trial", "outerCutoff"]] as const) // biome-ignore format: cases
    for (const energy of [2e4, 1e9, 1e300])
      await refusedIf((_, point) => { point.proposals[0][part][name] = energy; }, estimate); // biome-ignore format: one case
  await refusedIf((_, point) => { point.proposals[0].count.cutoff = 400; }, /proposal 1: must be a proof of at most .* about/); // biome-ignore format: one case
  const cell = (a: number) => [[a, 0, 0], [0, a, 0], [0, 0, a]]; // biome-ignore format: a matrix
  await refusedIf((head) => { head.problem.lattice = cell(1e5); }, estimate); // biome-ignore format: one case
  await refusedIf((head) => { head.problem.lattice = [[9e5, 0, 0], [9e5, 0.1, 0], [0, 0, 0.1]]; }, estimate); // biome-ignore format: one case
  await refusedIf((head) => { head.problem = { kind: "frozen", lattice: cell(8), atoms: [], coefficients: [{ g: [9999, 0, 0], re: 1, im: 0 }, { g: [-9999, 0, 0], re: 1, im: 0 }] }; }, estimate); // biome-ignore format: one case
  expect(performance.now() - began).toBeLessThan(20_000); // 15 files; on a busy machine
});

// Seen red: letters of base64 and the size of its numbers not looked at.
test("numbers that are none, too large or too few are refused in one line", async () => {
  const text = (numbers: number[]) => Buffer.from(new Float64Array(numbers).buffer).toString("base64");
  for (const [value, message] of [
    [text([Number.NaN, 1]), /proposals\[0\]\.count\.vectors: must hold numbers below 1e\+50 in size, got NaN/],
    [text([1e60, 1]), /vectors: must hold numbers below 1e\+50 in size, got 1e\+60/],
    ["AAAAA", /vectors: must be base64 of whole binary64 numbers/],
    ["AAAAAAAAAA!=", /vectors: must be base64 of whole binary64 numbers/],
    ["AAAA", /vectors: must be base64 of whole binary64 numbers/],
    ["not base64 at all!", /vectors: must be base64 of whole binary64 numbers/],
    [5, /vectors: must be base64 of whole binary64 numbers/],
  ] as const)
    await refusedIf((_, point) => { point.proposals[0].count.vectors = value; }, message); // biome-ignore format: one case
  const cases: readonly (readonly [(head: Fields, point: Fields) => void, RegExp])[] = [
    [(_, p) => { p.k = ["NaN", 0, 0]; }, /line 2, k: must be three numbers below 1e3 in size, got \["NaN",0,0\]/],
    [(_, p) => { p.k = [1e99, 0, 0]; }, /line 2, k: must be three numbers/],
    [(_, p) => { p.claims[0].lower = "-1"; }, /claims\[0\]\.lower: must be a number below 1e6 in size, got "-1"/],
    [(_, p) => { p.claims[0].lower = 1e7; }, /claims\[0\]\.lower: must be a number below 1e6/],
    [(_, p) => { p.claims[0].lower = 5; }, /claims\[0\]: must have lower ≤ upper/],
    [(_, p) => { p.proposals[0].trial.values.push(1); }, /proposals\[0\]: must have as many trial values/],
    [(_, p) => { p.proposals[0].count.m = 1e9; }, /count\.m: must be a whole number from 1 to 10000, got 1000000000/],
    [(_, p) => { p.proposals[0].count.rho = null; }, /count\.rho: must be a number below 1e6 in size, got null/],
    [(_, p) => { p.proposals[0].count.sigma = 1e300; }, /count\.sigma: must be a number from 0 to 1e12/],
    [(h) => { h.problem.lattice = [[1, 2, 3]]; }, /problem\.lattice: must be three rows/],
    [(h) => { h.problem.lattice = [[1, 0, 0], [1, 0, 0], [0, 0, 1]]; }, /^lattice: three independent vectors/],
    [(h) => { h.problem.positions = "none"; }, /problem\.positions: must be a list, got "none"/],
    [(h) => { delete h.problem; }, /problem: must be a JSON object, but it is missing/],
    [(h) => { h.points = "1"; }, /points: must be a whole number from 1 to 1000000, got "1"/],
    [(h) => { h.title = { a: 1 }; }, /title: must be a text, got \{"a":1\}/],
  ]; // biome-ignore format: a table
  for (const [change, message] of cases) await refusedIf(change, message);
  await refused([lines[0]!.replace('"points":1', '"points":1e999'), lines[1]!], /points: must be a whole number .* got Infinity/); // biome-ignore format: one case
  await refused([`[${"[".repeat(200_000)}`], /line 1: must be JSON/);
  await refused([`${"[".repeat(5000)}${"]".repeat(5000)}`], /line 1: must be a JSON object/);
  await refused(["\u0000\u001b[2J\u009b31mELF"], /line 1: must be JSON, got ".*ELF"; /);
});

// Seen red: each comparison left out, but that of the elements: their pseudopotentials differ too.
test("a certificate of another job is told by the first field that differs", async () => {
  const job = (change: object) => ({
    hamiltonian: "cohen-bergstresser",
    structure: {
      lattice: [[0, 5.130606430618003, 5.130606430618003], [5.130606430618003, 0, 5.130606430618003], [5.130606430618003, 5.130606430618003, 0]], // biome-ignore format: a matrix
      atoms: [
        { element: "Si", position: [0.125, 0.125, 0.125] },
        { element: "Si", position: [-0.125, -0.125, -0.125] },
      ],
    },
    ecut: 5,
    symmetry: false,
    ...change,
  });
  const origin = { hamiltonian: "cohen-bergstresser", ecut: 5 };
  const stating = await changed((head) => { head.origin = origin; }); // biome-ignore format: one change
  expect((await verifyCertificate(stating, { job: job({}) })).uncompared).toEqual([]);
  const untold = (await verifyCertificate(lines, { job: job({}) })).uncompared;
  expect(untold).toContain("ecut of the job, 5: the certificate does not state it");
  const other = (change: object, message: RegExp, of = stating) =>
    expect(verifyCertificate(of, { job: job(change) })).rejects.toThrow(message);
  await other({ ecut: 6 }, /^ecut: must be that of the certificate, 5, got 6 in the job$/);
  await other(
    { hamiltonian: "core" },
    /^hamiltonian: must be that of the certificate, "cohen-bergstresser", got "core"/,
  );
  await other({ hamiltonian: "kohn-sham" }, /^hamiltonian: must be/);
  await other({ hamiltonian: "core" }, /^hamiltonian: must be/, lines); // the problem alone tells
  const { structure } = job({});
  const lattice = structure.lattice.map((row) => row.map((x) => x * (1 + 1e-12)));
  await other({ structure: { ...structure, lattice } }, /^lattice: must be that of the certificate/);
  const moved = [structure.atoms[0]!, { element: "Si", position: [-0.125, -0.125, -0.125 + 1e-12] }];
  await other(
    { structure: { ...structure, atoms: moved } },
    /^position of atom 2: must be that of the certificate/,
  );
  const strong = await changed((head) => { head.problem.potential.formFactors[0][1] *= 1 + 1e-12; }); // biome-ignore format: one change
  await other({}, /^pseudopotential of atom 1: must be that of the certificate/, strong);
  const fewer = await changed((head) => { head.origin = origin; head.problem.positions.pop(); }); // biome-ignore format: one change
  await other({}, /^number of atoms: must be that of the certificate, 1, got 2/, fewer);
  const more = await changed((head) => { head.origin = { ...origin, functional: "lda" }; }); // biome-ignore format: one change
  await other({}, /^functional: must be that of the certificate, "lda", got/, more);
});
