/**
 * Measures the cutoffs that shipped GTH potentials ask for, and writes src/atoms/gth/gth-cutoffs.generated.ts:
 *
 *   npx tsx scripts/gth-cutoffs.ts            all (a quarter of an hour)
 *   npx tsx scripts/gth-cutoffs.ts Si Cu      prints those of some elements
 *
 * The neutral spherical atom (LDA, closed in a sphere) is solved in spherical waves j_l(qr) Y_lm below a
 * cutoff, the plane waves of its symmetry. Its error at a cutoff is what waves above it lower the sum of
 * occupied levels by, in the converged potential; in crystals errors were the same within a factor of three
 * (silicon at 12 Ha: 1.3 mHa an atom there, 0.7 here).
 */
import { writeFileSync } from "node:fs";
import { EigenvalueDecomposition, Matrix, solve } from "ml-matrix";
import { ELEMENTS } from "../src/atoms/elements.ts";
import { gthProjectorFourier } from "../src/atoms/gth/gth.ts";
import { findGth, GTH_FAMILIES, gthCharges } from "../src/atoms/gth/gth-table.ts";
import type { GthPotential } from "../src/atoms/pseudopotential.ts";
import { erf } from "../src/common/special/erfc.ts";
import { sphericalBessel } from "../src/common/special/spherical-bessel.ts";
import { functionals } from "../src/functionals/functionals.ts";

/** Errors of the energy [Ha per valence electron] at the two cutoffs: 10 meV as suggested, 250 meV if low. */
const FINE = 0.01 / 27.2114;
const ROUGH = 0.25 / 27.2114;
/** Cutoffs tried [Ha]. */
const CUTOFFS = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15],
  ...Array.from({ length: 17 }, (_, i) => 20 + 5 * i),
  ...Array.from({ length: 5 }, (_, i) => 110 + 10 * i),
  ...Array.from({ length: 24 }, (_, i) => 160 + 20 * i),
];
/** Radius of the sphere [bohr], where wave functions end. */
const RADIUS = 10;
/** Width by which levels are filled [Ha], so that open shells are filled evenly. */
const WIDTH = 0.01;

interface Channel {
  readonly l: number;
  /** Wave numbers, ascending [bohr⁻¹]. */
  readonly q: Float64Array;
  /** r times the normalised waves at the points, a row for each wave. */
  readonly waves: Float64Array[];
  /** Kinetic energy and projectors, which do not change. */
  readonly fixed: Matrix;
}

interface Level {
  readonly energy: number;
  readonly l: number;
  /** r R(r) at the points. */
  readonly orbital: Float64Array;
}

/** Positive zeros of j_l below `end`, between which the function changes sign. */
function besselZeros(l: number, end: number): number[] {
  const zeros: number[] = [];
  for (let a = l + 0.5; a < end + 1; a += 0.25) {
    let [low, high] = [a, a + 0.25];
    const sign = Math.sign(sphericalBessel(l, low));
    if (sign === Math.sign(sphericalBessel(l, high))) continue;
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (Math.sign(sphericalBessel(l, middle)) === sign) low = middle;
      else high = middle;
    }
    zeros.push(low);
  }
  return zeros.filter((x) => x < end);
}

function channelOf(p: GthPotential, l: number, cutoff: number, r: Float64Array): Channel {
  const q = Float64Array.from(besselZeros(l, Math.sqrt(2 * cutoff) * RADIUS), (x) => x / RADIUS);
  const norms = q.map((k) => Math.sqrt(2 / RADIUS ** 3) / Math.abs(sphericalBessel(l + 1, k * RADIUS)));
  const waves = Array.from(q, (k, n) => r.map((x) => norms[n]! * x * sphericalBessel(l, k * x)));
  const fixed = Matrix.zeros(q.length, q.length);
  q.forEach((k, n) => {
    fixed.set(n, n, (k * k) / 2);
  });
  const { h } = p.channels[l] ?? { h: [] };
  const projections = h.map((_, i) =>
    Array.from(q, (k, n) => (norms[n]! * gthProjectorFourier(p, l, i + 1, k)) / (4 * Math.PI)),
  );
  for (let n = 0; n < q.length; n++)
    for (let m = 0; m < q.length; m++)
      h.forEach((row, i) => {
        row.forEach((x, j) => {
          fixed.set(n, m, fixed.get(n, m) + projections[i]![n]! * x * projections[j]![m]!);
        });
      });
  return { l, q, waves, fixed };
}

/** The Hamiltonian of a channel in a potential at the points, weighted by the distance of points. */
function hamiltonianOf({ q, waves, fixed }: Channel, potential: Float64Array, dr: number): Matrix {
  const h = fixed.clone();
  for (let n = 0; n < q.length; n++) {
    const weighted = waves[n]!.map((u, i) => u * potential[i]! * dr);
    for (let m = 0; m <= n; m++) {
      const other = waves[m]!;
      let sum = 0;
      for (let i = 0; i < weighted.length; i++) sum += weighted[i]! * other[i]!;
      h.set(n, m, h.get(n, m) + sum);
      if (m < n) h.set(m, n, h.get(m, n) + sum);
    }
  }
  return h;
}

function levelsOf(channel: Channel, h: Matrix, count: number): Level[] {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(h, { assumeSymmetric: true });
  return realEigenvalues.slice(0, count).map((energy, j) => {
    const orbital = new Float64Array(channel.waves[0]!.length);
    channel.waves.forEach((wave, n) => {
      const c = eigenvectorMatrix.get(n, j);
      for (let i = 0; i < orbital.length; i++) orbital[i]! += c * wave[i]!;
    });
    return { energy, l: channel.l, orbital };
  });
}

const filling = (energy: number, fermi: number): number => 1 / (1 + Math.exp((energy - fermi) / WIDTH));

function occupationsOf(levels: readonly Level[], electrons: number): number[] {
  let [low, high] = [-50, 50];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    const sum = levels.reduce((s, { energy, l }) => s + (4 * l + 2) * filling(energy, middle), 0);
    if (sum < electrons) low = middle;
    else high = middle;
  }
  return levels.map(({ energy, l }) => (4 * l + 2) * filling(energy, low));
}

/** Potential of the nucleus' local part, the electrons and their exchange and correlation, at the points. */
function potentialOf(p: GthPotential, r: Float64Array, dr: number, radial: Float64Array): Float64Array {
  const rho = radial.map((x, i) => x / (4 * Math.PI * r[i]! ** 2));
  const energy = new Float64Array(r.length);
  const potential = new Float64Array(r.length);
  for (const { evaluate } of functionals("lda-pw92"))
    evaluate(1, rho, null, { energy, vrho: potential, vsigma: null });
  let outside = 0;
  const outer = new Float64Array(r.length);
  for (let i = r.length - 1; i >= 0; i--) {
    outer[i] = outside + (radial[i]! / r[i]! / 2) * dr;
    outside += (radial[i]! / r[i]!) * dr;
  }
  let inside = 0;
  for (let i = 0; i < r.length; i++) {
    const x2 = (r[i]! / p.rloc) ** 2;
    const inner = inside + (radial[i]! / 2) * dr;
    inside += radial[i]! * dr;
    const polynomial = p.c.reduceRight((sum, c) => sum * x2 + c, 0);
    const nucleus = (-p.charge / r[i]!) * erf(Math.sqrt(x2 / 2)) + Math.exp(-x2 / 2) * polynomial;
    potential[i]! += nucleus + inner / r[i]! + outer[i]!;
  }
  return potential;
}

interface Step {
  readonly radial: Float64Array;
  readonly residual: Float64Array;
}

/** The next density by Anderson's method over five steps; never below zero. */
function mixed(history: Step[], radial: Float64Array, next: Float64Array): Float64Array {
  const last = { radial, residual: next.map((x, i) => x - radial[i]!) };
  const differences = history.map((old) => ({
    radial: old.radial.map((x, i) => x - last.radial[i]!),
    residual: old.residual.map((x, i) => x - last.residual[i]!),
  }));
  history.push(last);
  if (history.length > 5) history.shift();
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const n = differences.length;
  const weights =
    n === 0
      ? []
      : solve(
          new Matrix(
            differences.map((a, i) =>
              differences.map((b, j) => dot(a.residual, b.residual) * (i === j ? 1 + 1e-8 : 1)),
            ),
          ),
          Matrix.columnVector(differences.map(({ residual }) => -dot(residual, last.residual))),
          true,
        ).to1DArray();
  return radial.map((x, i) => {
    let value = x + 0.2 * last.residual[i]!;
    weights.forEach((w, j) => {
      value += w * (differences[j]!.radial[i]! + 0.2 * differences[j]!.residual[i]!);
    });
    return Math.max(value, 0);
  });
}

/** A cutoff [Ha] that may serve as the limit, by the decay of the Gaussians. */
const startOf = ({ rloc, channels }: GthPotential): number =>
  2 * Math.max(25, 5 / rloc ** 2, ...channels.map(({ r, h }) => (h.length > 0 ? 6 / r ** 2 : 0)));

/** The suggested cutoff and the low one [Ha]; `full` is taken for the limit unless they come near it. */
function cutoffsOf(p: GthPotential, full = startOf(p)): [number, number] {
  const points = Math.ceil((4 * Math.sqrt(2 * full) * RADIUS) / Math.PI) + 200;
  const dr = RADIUS / points;
  const r = Float64Array.from({ length: points }, (_, i) => (i + 0.5) * dr);
  const ls = p.channels.length > 3 ? [0, 1, 2, 3] : [0, 1, 2];
  const channels = ls.map((l) => channelOf(p, l, full, r));
  const spread = Math.max(1, p.rloc * 3);
  let radial: Float64Array<ArrayBufferLike> = r.map(
    (x) => (p.charge * x * x * Math.exp((-x / spread) * 2) * 4) / spread ** 3,
  );
  const history: Step[] = [];
  let hamiltonians: Matrix[] = [];
  let used: { l: number; occupations: number[] }[] = [];
  for (let step = 0; ; step++) {
    const potential = potentialOf(p, r, dr, radial);
    hamiltonians = channels.map((channel) => hamiltonianOf(channel, potential, dr));
    const levels = channels.flatMap((channel, c) => levelsOf(channel, hamiltonians[c]!, 3));
    const occupations = occupationsOf(levels, p.charge);
    used = channels.map(({ l }, c) => ({ l, occupations: occupations.slice(3 * c, 3 * c + 3) }));
    const next = new Float64Array(points);
    levels.forEach(({ orbital }, j) => {
      for (let i = 0; i < points; i++) next[i]! += occupations[j]! * orbital[i]! ** 2;
    });
    const change = next.reduce((sum, x, i) => sum + Math.abs(x - radial[i]!) * dr, 0);
    if (change < 1e-3 * p.charge) break;
    if (step === 150)
      throw new Error(`${p.element} ${p.name}: the atom does not converge, ${change} electrons move`);
    radial = mixed(history, radial, next);
  }
  const bandSum = (cutoff: number): number =>
    channels.reduce((sum, { q }, c) => {
      const size = q.filter((k) => (k * k) / 2 <= cutoff).length;
      const { occupations } = used[c]!;
      if (occupations.every((f) => f < 1e-3)) return sum;
      const part = hamiltonians[c]!.subMatrix(0, size - 1, 0, size - 1);
      const { realEigenvalues } = new EigenvalueDecomposition(part, { assumeSymmetric: true });
      return sum + occupations.reduce((s, f, j) => s + f * realEigenvalues[j]!, 0);
    }, 0);
  const limit = bandSum(full);
  const reached = (error: number): number => {
    const isFine = (cutoff: number) => bandSum(cutoff) - limit <= error * p.charge;
    return CUTOFFS.find(isFine) ?? Infinity;
  };
  const fine = reached(FINE);
  return fine > 0.7 * full ? cutoffsOf(p, 1.5 * full) : [5 * Math.ceil(fine / 5), reached(ROUGH)];
}

const only = process.argv.slice(2);
const lines = GTH_FAMILIES.map((family) => {
  const rows = ELEMENTS.filter((element) => only.length === 0 || only.includes(element)).flatMap((element) =>
    gthCharges(element, family).map((charge) => {
      const [suggested, low] = cutoffsOf(findGth(element, `${family}-q${charge}`));
      process.stderr.write(`${family} ${element} q${charge}: ${suggested} Ha, low below ${low} Ha\n`);
      return `${element} ${charge} ${suggested} ${low}`;
    }),
  );
  return `  "${family}": \`${rows.join("\n")}\`,\n`;
});
if (only.length === 0)
  writeFileSync(
    new URL("../src/atoms/gth/gth-cutoffs.generated.ts", import.meta.url),
    `// Made by scripts/gth-cutoffs.ts: element, valence electrons, suggested and low cutoff [Ha].
export const GTH_CUTOFFS: Readonly<Record<string, string>> = {\n${lines.join("")}};\n`,
  );
