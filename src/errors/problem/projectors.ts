import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { add, div, interval, lowerEnd, mul, scale, sqr, upperEnd } from "../../interval/interval.ts";
import { columnNormsAbove, norm2Above, rootAbove } from "../../interval/norms.ts";
import { UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import {
  type Above,
  type Below,
  exact,
  inflated,
  maxAbove,
  productAbove,
  sizeOf,
  sumAbove,
  totalAbove,
} from "../../interval/sides.ts";
import { type PlainHarmonic, plainHarmonic } from "../../interval/solid-harmonics.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { CoreAtom, ExactProblem } from "./exact-problem.ts";
import { gthProjectorEnvelope } from "./gth-enclosure.ts";
import { latticeTail } from "./lattice-tail.ts";
import { type PlainPhase, type PlainRadial, plainPhase, plainRadial } from "./plain-projectors.ts";
import type { PlaneWaves, Reciprocal } from "./reciprocal.ts";
import { supportEnd, tabulatedRadial } from "./tabulated-projectors.ts";

/** The projectors of one atom and one l: columns first … first + n(2l+1) − 1, m fastest. */
export interface Channel {
  readonly atom: CoreAtom;
  readonly l: number;
  readonly h: readonly (readonly number[])[];
  readonly first: number;
}

/** V_nl = Σ p h pᵀ; the factor (−i)^l e^{−ikR} of each projector cancels and is left out. */
export function channelsOf(problem: ExactProblem): Channel[] {
  if (problem.kind === "cohen-bergstresser") return [];
  const channels: Channel[] = [];
  let first = 0;
  for (const atom of problem.atoms)
    atom.potential.channels.forEach(({ h }, l) => {
      if (h.length > 0) channels.push({ atom, l, h, first });
      first += h.length * (2 * l + 1);
    });
  return channels;
}

export const projectorCount = (channels: readonly Channel[]): number =>
  channels.reduce((sum, { l, h }) => sum + h.length * (2 * l + 1), 0);

/**
 * p(k+G) = Ω^{−1/2} e^{−iGR} P(q)/q^l · q^l Y_lm on plane waves as doubles, and norms of errors.
 */
export interface ProjectorPanel {
  readonly rows: number;
  readonly columns: number;
  /** rows × columns, complex, column-major. */
  readonly values: Float64Array;
  /** ‖column‖₂ and ‖true column − column‖₂, from above. */
  readonly norms: readonly Above[];
  readonly errors: readonly Above[];
}

export function tabulateProjectors(
  channels: readonly Channel[],
  reciprocal: Reciprocal,
  k: Vec3,
  waves: PlaneWaves,
): ProjectorPanel {
  const rows = waves.count;
  const columns = projectorCount(channels);
  const values = new Float64Array(2 * rows * columns);
  const errors2 = new Float64Array(columns);
  const parts = columns === 0 ? [] : factorsOf(channels, reciprocal, waves.g);
  const [q, radial, angle] = [new Float64Array(4), new Float64Array(2), new Float64Array(2)];
  for (let row = 0; row < rows && columns > 0; row++) {
    const n1 = waves.g[3 * row]!;
    const n2 = waves.g[3 * row + 1]!;
    const n3 = waves.g[3 * row + 2]!;
    reciprocal.point(q, k, n1, n2, n3);
    const x = q[0]!;
    const y = q[1]!;
    const z = q[2]!;
    const dq = q[3]!;
    const length = 1.01 * (Math.abs(x) + Math.abs(y) + Math.abs(z) + 3 * dq);
    const powers = [0, 1, length, length * length, length * length * length]; // lengthˡ at l + 1
    const q2 = 2 * waves.kinetic[row]!;
    const q2Error = 2 * waves.kineticError[row]!;
    for (const { phase, l, first, radials, harmonics } of parts) {
      phase.write(angle, n1, n2, n3);
      const spread = 32 * UNIT_ROUNDOFF * powers[l + 1]! + l * powers[l]! * dq;
      radials.forEach((writeRadial, i) => {
        writeRadial(radial, q2, q2Error);
        const f = radial[0]!;
        const df = radial[1]!;
        harmonics.forEach((harmonic, m) => {
          const s = harmonic.value(x, y, z);
          const ds = harmonic.size * spread;
          const [size, column] = [Math.abs(f * s), first + i * (2 * l + 1) + m];
          values[2 * (row + rows * column)] = f * s * angle[0]!;
          values[2 * (row + rows * column) + 1] = f * s * angle[1]!;
          // 1.01 holds the roundings of the bound itself, a dozen
          const error =
            1.01 *
            (df * (Math.abs(s) + ds) + Math.abs(f) * ds + size * (1.01 * phase.error + 4 * UNIT_ROUNDOFF));
          errors2[column]! += error * error;
        });
      });
    }
  }
  return {
    rows,
    columns,
    values,
    norms: columnNormsAbove(values, rows, columns),
    errors: Array.from(errors2, (sum) => rootAbove(inflated(sum, rows + 1))),
  };
}

/** The factors of a channel's projectors: radial ones by i, harmonics by m. */
interface ProjectorFactors {
  readonly phase: PlainPhase;
  readonly l: number;
  readonly first: number;
  readonly radials: readonly PlainRadial[];
  readonly harmonics: readonly PlainHarmonic[];
}

function factorsOf(
  channels: readonly Channel[],
  { volume }: Reciprocal,
  g: Int32Array,
): readonly ProjectorFactors[] {
  const phases = new Map<CoreAtom, PlainPhase>();
  return channels.map(({ atom, l, h, first }) => {
    const known = phases.get(atom) ?? plainPhase(atom.position, g);
    phases.set(atom, known);
    return {
      phase: known,
      l,
      first,
      radials: h.map((_, i) =>
        atom.potential.kind === "gth"
          ? plainRadial(atom.potential, l, i + 1, volume)
          : tabulatedRadial(atom.potential, l, i + 1, volume),
      ),
      harmonics: Array.from({ length: 2 * l + 1 }, (_, m) => plainHarmonic(l, m - l)),
    };
  });
}

/** The first rows of a panel; the errors of all its rows bound those of some. */
export function leadingPanel(panel: ProjectorPanel, rows: number): ProjectorPanel {
  const { columns, errors } = panel;
  const values = new Float64Array(2 * rows * columns);
  for (let c = 0; c < columns; c++)
    values.set(panel.values.subarray(2 * panel.rows * c, 2 * (panel.rows * c + rows)), 2 * rows * c);
  return { rows, columns, values, norms: columnNormsAbove(values, rows, columns), errors };
}

/**
 * Bounds n_i² = Σ_{G outside} Σ_m |p_ilm(k+G)|² for each i of a channel: plane waves of kinetic
 * energy at least `waves.outside`, and those of the set from position `from` on.
 */
export function projectorTails(
  channel: Channel,
  reciprocal: Reciprocal,
  waves: PlaneWaves,
  panel: ProjectorPanel,
  from: number,
): Above[] {
  const radius = lowerEnd(sqrt(scale(2, interval(waves.outside))));
  return channel.h.map((_, i) => {
    let sum = projectorTail(channel, i, reciprocal, radius);
    for (let m = 0; m < 2 * channel.l + 1; m++) {
      const column = channel.first + i * (2 * channel.l + 1) + m;
      const part = norm2Above(panel.values, 2 * (panel.rows * column + from), 2 * panel.rows * (column + 1));
      const whole = sumAbove(part, panel.errors[column]!);
      sum = sumAbove(sum, productAbove(whole, whole));
    }
    return sum;
  });
}

/**
 * Bounds Σ Σ_m |p_ilm(k+G)|² over all |k+G| ≥ R.
 *
 * @throws InputError where R is not beyond what a table holds, or an envelope does not fall
 */
export function projectorTail(
  { atom: { potential }, l }: Channel,
  i: number,
  reciprocal: Reciprocal,
  radius: Below,
): Above {
  if (potential.kind === "gth") {
    const envelope = gthProjectorEnvelope(potential, l, i + 1);
    return upperEnd(div(interval(latticeTail(envelope, reciprocal, radius)), reciprocal.volume));
  }
  const end = supportEnd(potential, l);
  requireInput(
    sqr(interval(radius)).lo >= end,
    () =>
      `projectors of ${potential.element}: must be zero beyond |k+G| = ${radius}, got a table up to ${Math.sqrt(end)}; take a larger outer cutoff`,
  );
  return exact(0);
}

/**
 * A number c ≥ 0 with V_nl ≥ −c on every function that lives on the plane waves outside: 0 if every
 * h is certainly positive semidefinite, else Σ ‖h‖_∞ Σ_i n_i², since ⟨u|p⟩h⟨p|u⟩ ≥ −‖h‖ ‖pᵀu‖² and
 * ‖pᵀu‖² ≤ Σ‖p‖²‖u‖².
 */
export function nonlocalDepth(channels: readonly Channel[], tails: readonly (readonly Above[])[]): Above {
  let depth: Above = exact(0);
  channels.forEach(({ h }, c) => {
    if (isCertainlyPositive(h)) return;
    const norm = maxAbove(...h.map((row) => totalAbove(row.map(sizeOf))));
    depth = sumAbove(depth, productAbove(norm, totalAbove(tails[c]!)));
  });
  return depth;
}

/** Cholesky's factorisation in intervals: every pivot certainly positive. */
export function isCertainlyPositive(h: readonly (readonly number[])[]): boolean {
  const a = h.map((row) => row.map((x) => interval(x)));
  for (let p = 0; p < a.length; p++) {
    const pivot = a[p]![p]!;
    if (!(pivot.lo > 0)) return false;
    for (let i = p + 1; i < a.length; i++)
      for (let j = p + 1; j < a.length; j++)
        a[i]![j] = add(a[i]![j]!, scale(-1, div(mul(a[i]![p]!, a[p]![j]!), pivot)));
  }
  return true;
}
