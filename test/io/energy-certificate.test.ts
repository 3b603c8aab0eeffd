import { expect, test } from "vitest";
import type { Vec3 } from "../../src/common/vec3.ts";
import { ASSUMPTIONS } from "../../src/errors/certify/band-enclosure.ts";
import { type CertifiedPoint, claimsOf } from "../../src/errors/certify/certificate.ts";
import { encloseBands } from "../../src/errors/enclose/enclose-bands.ts";
import { claimEnergy } from "../../src/errors/energy/energy-certificate.ts";
import { encloseProblem } from "../../src/errors/problem/enclosed-hamiltonian.ts";
import { certificateLines, sha256 } from "../../src/io/certificate/certificate-file.ts";
import { verifyCertificate } from "../../src/job/tasks/verify/verify-certificate.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { freeLevels, frozen, pair } from "../errors/energy/states.ts";

// Two electrons without nuclei in a cell, in a weak potential that is not theirs: everything but the ions plays a part.
const kernels = wasmKernelsSync();
const problem = frozen([{ g: [0, 0, 0], re: 0.1, im: 0 }, ...pair([1, 0, 0], 0.004, -0.002)]);
const enclosed = encloseProblem(problem);
const MESH: readonly { readonly k: Vec3; readonly multiplicity: number }[] = [
  { k: [0.25, 0.1, 0], multiplicity: 2 },
  { k: [0.2, 0, 0.1], multiplicity: 1 },
];
const POINTS = MESH.map(({ k }): CertifiedPoint => {
  const proposals: CertifiedPoint["proposals"][number][] = [];
  const options = { ecut: 2, reach: 2, onProved: (proposal: (typeof proposals)[number]) => proposals.push(proposal) };
  const found = encloseBands(kernels, enclosed, k, 2, options);
  if (!Array.isArray(found)) expect.fail(found.reason);
  return { k, claims: claimsOf(found), proposals };
}); // biome-ignore format: a list
const claimed = claimEnergy(kernels, problem, enclosed, { electrons: 2, mesh: MESH }, POINTS);
if ("kind" in claimed) expect.fail(claimed.reason);
const { claim } = claimed;
const lines: string[] = [];
for await (const line of certificateLines({ problem, energy: claim, assumptions: ASSUMPTIONS }, POINTS))
  lines.push(line);

// biome-ignore lint/suspicious/noExplicitAny: what is written is wrong on purpose
type Fields = Record<string, any>;
/** The certificate changed, by somebody who can compute hashes unless said otherwise. */
async function changed(
  change: (head: Fields, first: Fields, last: Fields) => void,
  isRehashed = true,
): Promise<string[]> {
  const [head, ...points] = lines.map((line) => JSON.parse(line) as Fields) as [Fields, ...Fields[]];
  change(head, points[0]!, points.at(-1)!);
  if (isRehashed) {
    const { electrons, mesh } = head.energy;
    head.problemHash = await sha256(JSON.stringify([head.problem, { electrons, mesh }]));
    for (const point of points)
      point.hash = await sha256(JSON.stringify([head.problemHash, point.k, point.proposals]));
  }
  return [head, ...points].map((line) => JSON.stringify(line));
}
const reasons = async (texts: readonly string[]): Promise<string> =>
  (await verifyCertificate(texts)).failures.map(({ reason }) => reason).join("\n");

test("an energy's certificate stands, by kernels whose transforms are known, and its problem has a digest of its own", async () => {
  const { failures, head } = await verifyCertificate(lines);
  expect(failures).toEqual([]);
  expect(head.energy).toEqual(claim);
  expect(head.problemHash).not.toBe(await sha256(JSON.stringify(problem)));
  await expect(verifyCertificate(lines, { backend: "reference" })).rejects.toThrow(/back end wasm has them/);
  // electrons without nuclei have the kinetic energy of a uniform density at least
  const least = MESH.reduce((sum, { k, multiplicity }) => sum + ((2 * multiplicity) / 3) * enclosed.reciprocal.kinetic(k, 0, 0, 0).value, 0); // biome-ignore format: a sum
  expect(claim.lower).toBeLessThan(least);
  expect(claim.upper).toBeGreaterThan(least);
});

test("a wider claim stands, an end moved inwards and a smaller error of the density do not", async () => {
  const width = claim.upper - claim.lower;
  const wider = (head: Fields) =>
    Object.assign(head.energy, { lower: claim.lower - width, upper: claim.upper + 1, densityError: 9 });
  expect(await reasons(await changed(wider))).toBe("");
  for (const narrower of [{ lower: claim.lower + 0.3 * width }, { upper: claim.upper - 0.3 * width }])
    expect(await reasons(await changed((head) => Object.assign(head.energy, narrower)))).toMatch(
      /^energy: \[.*\] Ha is proved, which \[.*\] Ha does not contain$/,
    );
  const sure = { densityError: claim.densityError / 2 };
  expect(await reasons(await changed((head) => Object.assign(head.energy, sure)))).toMatch(
    /^density: an error of .* is proved, which is above/,
  );
});

// Seen red: levels not looked at; only as many as are claimed of the first k-point.
test("levels of the self-consistent operator: those of free electrons here; wider ones stand, narrower ones and others do not", async () => {
  claim.levels!.forEach((bands, point) => {
    const free = freeLevels(MESH[point]!.k);
    expect(bands.length).toBe(2);
    bands.forEach(({ lower, upper }, i) => {
      expect(lower).toBeLessThan(free[i]!);
      expect(upper).toBeGreaterThan(free[i]!);
    });
  });
  const of = async (change: (levels: Fields) => void) => reasons(await changed((head) => change(head.energy.levels)));
  expect(await of((levels) => { levels[1][1].upper += 1; levels[0][0].lower -= 1; })).toBe("");
  expect(await reasons(await changed((head) => { delete head.energy.levels; }))).toBe("");
  const { lower, upper } = claim.levels![1]![0]!;
  const inside = /^self-consistent levels: k-point 2: of band 1 \[.*\] Ha is proved, which \[.*\] Ha of band 1 does not contain$/;
  expect(await of((levels) => { levels[1][0].lower = lower + 0.3 * (upper - lower); })).toMatch(inside);
  expect(await of((levels) => { levels[1][0].upper = upper - 0.3 * (upper - lower); })).toMatch(inside);
  expect(await of((levels) => { levels[1][0].index = 2; })).toMatch(/of band 1 .* of band 2 does not contain/);
  expect(await of((levels) => { levels[1].push({ index: 3, lower: -9, upper: 9 }); })).toMatch(/of band 3 nothing is proved/);
  expect(await of((levels) => { levels.pop(); })).toBe("self-consistent levels: must be those of 2 k-points, got 1");
  // a wide claim of a band stands, and says less of the levels
  const absurd = await changed((_, first) => { first.claims[1].upper = 9e5; });
  expect(await reasons(absurd)).toMatch(/^self-consistent levels: k-point 1: of band 1 .* does not contain$/);
}); // biome-ignore format: a list of changes

test("other electrons or k-points are another problem: the hash differs, and the claim does not stand for it", async () => {
  const changes: ((head: Fields) => void)[] = [
    (head) => { head.energy.electrons = 4; },
    (head) => { head.energy.mesh[0].multiplicity = 1; },
    (head) => { head.problem.coefficients[1].re = head.problem.coefficients[2].re = 0.1; },
  ]; // biome-ignore format: a list
  for (const change of changes) {
    await expect(verifyCertificate(await changed(change, false))).rejects.toThrow(
      /problemHash: must be that/,
    );
    expect(await reasons(await changed(change))).toMatch(/energy: /);
  }
  const elsewhere = await changed((head) => { head.energy.mesh[0].k = [0.25, 0.1, 0.1]; }); // biome-ignore format: one change
  expect(await reasons(elsewhere)).toMatch(/energy: k-point 1 of the sampling is 0.25, 0.1, 0.1/);
});

test("an energy rests on the bands of every k-point, and on vectors that fit", async () => {
  const high = await changed((_, first) => {
    first.claims[0].lower += 0.3 * (first.claims[0].upper - first.claims[0].lower);
  });
  expect(await reasons(high)).toMatch(/band 1: .*\nenergy: rests on the bands of every k-point/);
  const few = await changed((_head, _first, last) => { last.claims.pop(); }); // biome-ignore format: one change
  expect(await reasons(few)).toMatch(/energy: nothing is proved: bands above .* are not enclosed/);
  const narrow = await changed((head) => { head.energy.grid = [3, 3, 3]; }); // biome-ignore format: one change
  expect(await reasons(narrow)).toMatch(/energy: density grid: must have/);
});

// Seen red: the energy's share not counted.
test("an energy that would not end is refused before it begins", async () => {
  const large = await changed((head) =>
    Object.assign(head.energy, { electrons: 20_000, grid: [288, 288, 288] }),
  );
  await expect(verifyCertificate(large)).rejects.toThrow(
    /^energy: must take at most 2e\+13 operations at a k-point, got about .* for 10000 orbitals on a grid of 288x288x288/,
  );
});

test("what cannot be meant is refused in one line", async () => {
  for (const [change, message] of [
    [(e) => { e.electrons = 3; }, /energy\.electrons: must be an even number/],
    [(e) => { e.electrons = "2"; }, /energy\.electrons: must be an even number/], // seen red: halves of texts are numbers
    [(e) => { e.mesh[0].multiplicity = 0; }, /energy\.mesh\[0\]\.multiplicity: must be a whole number from 1/],
    [(e) => { e.mesh.pop(); }, /certificate energy: must be of a frozen problem without spin and as many k-points/],
    [(e) => { e.grid = [10000, 10000, 10000]; }, /density grid: must be products of/],
    [(e) => { e.grid = [17, 4, 4]; }, /density grid: must be products of/],
    [(e) => { e.lower = e.upper + 1; }, /energy: must have lower ≤ upper/],
    [(e) => { e.densityError = -1; }, /energy\.densityError: must be a number from 0/],
    [(e) => { e.proved = true; }, /energy\.proved: must not stand there/],
  ] as readonly (readonly [(energy: Fields) => void, RegExp])[])
    await expect(verifyCertificate(await changed((head) => change(head.energy)))).rejects.toThrow(message);
}); // biome-ignore format: a table
