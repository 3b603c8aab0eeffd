/**
 * Tries to have false statements certified, and exits with 1 if one is.
 *
 *   npx tsx bench/independent/false-counts.ts
 *
 * Counts: at most m levels below ρ, for ρ just above level m + 1, with the best vectors and any σ. Certificates: claims,
 * counts, vectors and problems changed by somebody who can compute hashes.
 */
import { random } from "../../src/common/random.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import type { Claim } from "../../src/errors/certify/certificate.ts";
import { type BandProposal, certifyCount } from "../../src/errors/certify/certify-bands.ts";
import { schurMatrix } from "../../src/errors/count/feshbach-schur.ts";
import { encloseBands } from "../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem, waveSet } from "../../src/errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../src/errors/problem/exact-problem.ts";
import { countBelow } from "../../src/errors/problem/reciprocal.ts";
import { hermitianEigenpairs } from "../../src/errors/propose/dense-eigenpairs.ts";
import { levelsWithErrorBars } from "../../src/ground/error-bars.ts";
import { midpoint } from "../../src/interval/interval.ts";
import { above } from "../../src/interval/rounding.ts";
import { certificateLines, sha256 } from "../../src/io/certificate/certificate-file.ts";
import { verifyCertificate } from "../../src/job/tasks/verify/verify-certificate.ts";
import { createKernels } from "../../src/kernels/backends.ts";
import { cases } from "./problems.ts";

/** A false statement, and whether it was refused. */
export interface Attempt {
  readonly what: string;
  readonly isRefused: boolean;
}

/** How far above level m + 1 ρ lies [Ha]. */
const BEYOND = [0, 1e-12, 1e-9, 1e-6, 1e-3];
/** Lifts of the vectors' space, as factors of the best one: any is allowed. */
const LIFTS = [1, 0.5, 30, 1e3, 1e6];

/** False counts of a problem at a k-point: every one claims a level less than there is. */
export async function falseCounts(name: string, problem: ExactProblem, k: Vec3, bands: number) {
  const kernels = await createKernels("wasm");
  const enclosed = encloseProblem(problem);
  const proposals: BandProposal[] = [];
  const found = encloseBands(kernels, enclosed, k, bands, {
    ecut: 4,
    reach: 4,
    onProved: (one) => proposals.push(one),
  });
  if (!Array.isArray(found)) throw new Error(`${name}: ${found.reason}`);
  const { cutoff, outerCutoff } = proposals[0]!.count;
  const set = waveSet(enclosed, k, outerCutoff);
  const nX = countBelow(set.waves, cutoff);
  const attempts: Attempt[] = [];
  for (let m = 1; m < bands; m++) {
    const next = above(found[m]!.upper - midpoint(enclosed.table.constant)); // level m + 1 is not above it
    for (const beyond of BEYOND) {
      const rho = above(next + beyond);
      const schur = schurMatrix(kernels, enclosed, set, nX, rho);
      const { values, vectors: all } = hermitianEigenpairs(kernels, nX, schur.values); // the best there are
      const vectors = all.slice(0, 2 * nX * m);
      for (const lift of LIFTS) {
        const sigma = lift * (2 * (rho - values[0]!) + 1);
        const count = { m, rho, cutoff, outerCutoff, vectors, sigma };
        const isRefused = certifyCount(kernels, enclosed, { k, count }, schur) !== true;
        attempts.push({ what: `${name}: at most ${m} below level ${m + 1} + ${beyond} Ha, σ = ${sigma.toExponential(1)}`, isRefused }); // biome-ignore format: one line
      }
    }
  }
  return attempts;
}

interface Line {
  k: number[];
  claims: { index: number; lower: number; upper: number }[];
  proposals: {
    count: { m: number; rho: number; sigma: number; cutoff: number; vectors: string };
    trial: { vectors: string; values: number[]; outerCutoff: number; cutoff: number };
  }[];
  hash: string;
}
interface Head {
  problem: { lattice: number[][]; coefficients: { g: number[]; re: number; im: number }[] };
  problemHash: string;
}
type Change = readonly [what: string, change: (line: Line, head: Head) => void];

const numbersOf = (base64: string): Float64Array =>
  new Float64Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);
const textOf = (numbers: Float64Array): string =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");

/** Every change leaves a certificate that is not true, or not proved by what it holds. */
function changes(claims: readonly Claim[], m: number): Change[] {
  const all: Change[] = [];
  claims.forEach((_, band) => {
    for (const share of [0.3, 0.6, 0.9])
      for (const end of ["lower", "upper"] as const)
        all.push([
          `band ${band + 1}: ${end} moved inwards by ${share}`,
          ({ claims: [...own] }) => {
            const claim = own[band]!;
            claim[end] += (end === "lower" ? share : -share) * (claim.upper - claim.lower);
          },
        ]);
    for (const shift of [-40, -1.5, 1.5, 40])
      all.push([
        `band ${band + 1}: moved by ${shift} of its width`,
        ({ claims: own }) => {
          const width = own[band]!.upper - own[band]!.lower;
          own[band]!.lower += shift * width;
          own[band]!.upper += shift * width;
        },
      ]);
    if (band > 0)
      all.push([
        `band ${band}: left out, and the others renumbered`,
        ({ claims: own }) => {
          own.splice(band - 1, 1);
          own.forEach((claim, i) => {
            claim.index = i + 1;
          });
        },
      ]);
  });
  const ofVectors =
    (part: "count" | "trial", change: (v: Float64Array, rows: number) => void) => (line: Line) =>
      line.proposals.forEach((proposal) => {
        const vectors = numbersOf(proposal[part].vectors);
        change(vectors, vectors.length / m);
        proposal[part].vectors = textOf(vectors);
      });
  for (let j = 0; j < m; j++) {
    for (const part of ["count", "trial"] as const)
      all.push([
        `${part} vector ${j + 1} zero`,
        ofVectors(part, (v, rows) => v.fill(0, rows * j, rows * (j + 1))),
      ]);
    if (j > 0)
      all.push([
        `trial vector ${j + 1} is the first`,
        ofVectors("trial", (v, rows) => v.copyWithin(rows * j, 0, rows)),
      ]);
  }
  for (const beyond of [1, 3, 10, 100])
    all.push([`ρ raised by ${beyond} Ha`, ({ proposals }) => proposals.forEach(({ count }) => { count.rho += beyond; })]); // biome-ignore format: one case
  all.push(["σ = 0", ({ proposals }) => proposals.forEach(({ count }) => { count.sigma = 0; })]); // biome-ignore format: one case
  for (let fewer = 1; fewer < Math.min(m, 4); fewer++)
    all.push([
      `a count of ${fewer} less`,
      ({ proposals, claims: own }) => {
        own.splice(m - fewer);
        for (const { count, trial } of proposals) {
          for (const part of [count, trial]) {
            const v = numbersOf(part.vectors);
            part.vectors = textOf(v.slice(0, (v.length / m) * (m - fewer)));
          }
          count.m = m - fewer;
          trial.values.splice(m - fewer);
        }
      },
    ]);
  for (const part of ["count", "trial"] as const)
    all.push([`${part} cutoff of 2 Ha`, ({ proposals }) => proposals.forEach((one) => { one[part].cutoff = 2; })]); // biome-ignore format: one case
  for (let axis = 0; axis < 3; axis++) {
    for (const step of [-0.1, 1e-3, 0.3])
      all.push([`k moved by ${step} along axis ${axis + 1}`, ({ k }) => { k[axis]! += step; }]); // biome-ignore format: one case
    for (let other = 0; other < 3; other++)
      for (const step of [-1e-3, 1e-3])
        all.push([`lattice [${axis}][${other}] moved by ${step}`, (_, { problem }) => { problem.lattice[axis]![other]! += step; }]); // biome-ignore format: one case
  }
  for (const step of [-0.3, 0.1, 0.3])
    all.push([
      `a coefficient and its partner moved by ${step} Ha`,
      (_, { problem: { coefficients } }) => {
        const { g } = coefficients[1]!;
        for (const c of coefficients)
          if (c.g.every((x, i) => Math.abs(x) === Math.abs(g[i]!)) && Math.abs(c.g.reduce((sum, x, i) => sum + x * g[i]!, 0)) === g.reduce((sum, x) => sum + x * x, 0)) c.re += step; // biome-ignore format: one condition
      },
    ]);
  return all;
}

/** Certificates of a stored potential, each changed in one way and hashed again. */
export async function falseCertificates(
  name: string,
  problem: ExactProblem,
  k: Vec3,
  bands: number,
  most = Infinity,
) {
  const { certificate } = await levelsWithErrorBars(problem, [k], bands, {
    ecut: 4,
    backend: "wasm",
    certificate: true,
  });
  const lines: string[] = [];
  for await (const line of certificateLines(certificate!, certificate!.points)) lines.push(line);
  const { failures } = await verifyCertificate(lines);
  if (failures.length > 0)
    throw new Error(`${name}: the true certificate does not stand: ${failures[0]!.reason}`);
  const point = certificate!.points[0]!;
  const all = changes(point.claims, point.proposals[0]!.count.m);
  const step = Math.max(1, Math.floor(all.length / most));
  const attempts: Attempt[] = [];
  for (const [what, change] of all.filter((_, i) => i % step === 0)) {
    const head = JSON.parse(lines[0]!) as Head;
    const line = JSON.parse(lines[1]!) as Line;
    change(line, head);
    head.problemHash = await sha256(JSON.stringify(head.problem));
    line.hash = await sha256(JSON.stringify([head.problemHash, line.k, line.proposals]));
    const isRefused = await verifyCertificate([JSON.stringify(head), JSON.stringify(line)]).then(
      (found) => found.failures.length > 0,
      () => true,
    );
    attempts.push({ what: `${name}: ${what}`, isRefused });
  }
  return attempts;
}

if (import.meta.filename === process.argv[1]) {
  const { uniform } = random(7);
  const k: Vec3 = [uniform() - 0.5, uniform() - 0.5, uniform() - 0.5];
  const all = cases(1);
  const of = (name: string) => all.find((one) => one.name === name)!.problem;
  let [tried, certified] = [0, 0];
  const tell = (what: string, attempts: readonly Attempt[]) => {
    const through = attempts.filter(({ isRefused }) => !isRefused);
    tried += attempts.length;
    certified += through.length;
    console.log(`${what}: ${attempts.length} false statements, ${attempts.length - through.length} refused`);
    for (const { what: statement } of through) console.log(`  CERTIFIED ${statement}`);
  };
  for (const name of [
    "polynomial, fcc",
    "polynomial, triclinic",
    "free electrons, fcc",
    "Cohen-Bergstresser silicon",
  ])
    tell(`counts, ${name}`, await falseCounts(name, of(name), k, 4));
  for (const name of ["polynomial, cubic", "polynomial, bcc"])
    tell(`certificates, ${name}`, await falseCertificates(name, of(name), k, 4));
  console.log(`${tried} false statements, ${certified} certified`);
  process.exitCode = certified === 0 && tried >= 400 ? 0 : 1;
}
