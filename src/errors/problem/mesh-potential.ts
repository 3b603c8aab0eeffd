import { type NumericPotential, numericLocalFourier } from "../../atoms/numeric-potential.ts";
import { type RadialTransform, transformAt } from "../../atoms/radial/radial-transform.ts";
import type { Mat3, Vec3 } from "../../common/vec3.ts";
import { encloseReciprocal, planeWavesBelow } from "./reciprocal.ts";
import type { TabulatedPotential } from "./tabulated-projectors.ts";

/*
 * From a potential on a mesh to stored numbers, in floating point: which problem is proved is
 * decided here, and nothing of the proof rests on how well its numbers follow the file's.
 */

/** V_G = re + i·im [Ha] of the reduced vector g; V_{−G} must be its exact conjugate. */
export interface FourierCoefficient {
  readonly g: Vec3;
  readonly re: number;
  readonly im: number;
}

/** Transforms are cut off where they stay below this, relative to their largest value. */
const NEGLIGIBLE = 1e-3;
/** So far [bohr⁻¹]: much farther out a mesh no longer integrates, and what it gives grows again. */
const STAYS = 5;
/** Largest error of the cubic interpolation, relative to the value at 0. */
const INTERPOLATION = 1e-7;
/** Where looking for the end of a transform ends [bohr⁻¹], and its steps. */
const [FARTHEST, LOOK] = [40, 0.1];

/** Returns the projectors of a file as a table over q². */
export function tabulatedPotential({
  element,
  name,
  charge,
  channels,
}: NumericPotential): TabulatedPotential {
  const all = channels.flatMap(({ projectors }) => projectors);
  const step = Math.min(0.125, ...all.map(sufficientStep));
  return {
    kind: "tabulated",
    element,
    name,
    charge,
    step,
    channels: channels.map(({ h, projectors }) => ({
      h,
      projectors: projectors.map((transform) => {
        const end = reachOf((q) => transformAt(transform, q)) ** 2;
        return Array.from({ length: Math.ceil(end / step) + 2 }, (_, j) =>
          radialAt(transform, (j - 1) * step),
        );
      }),
    })),
  };
}

/** A power of two with small (3/128) h⁴ max|F⁽⁴⁾|: derivatives in t are largest at 0. */
function sufficientStep({ l, nodes, masses }: RadialTransform): number {
  const moment = (power: number) => masses.reduce((sum, m, i) => sum + Math.abs(m) * nodes[i]! ** power, 0);
  const fourth = moment(l + 8) / (16 * doubleFactorial(2 * l + 9));
  const size = moment(l) / doubleFactorial(2 * l + 1);
  if (!(fourth > 0)) return 1;
  const widest = ((INTERPOLATION * size) / ((3 / 128) * fourth)) ** 0.25;
  return 2 ** Math.max(-12, Math.floor(Math.log2(widest)));
}

const doubleFactorial = (n: number): number => (n <= 1 ? 1 : n * doubleFactorial(n - 2));

/** F(q)/q^l at t = q²; near 0 and below by Σ_k (−tr²/2)^k r^l/(k! (2l+2k+1)!!). */
function radialAt(transform: RadialTransform, t: number): number {
  const { l, nodes, masses } = transform;
  if (t > 0.25) return transformAt(transform, Math.sqrt(t)) / Math.sqrt(t) ** l;
  return masses.reduce((sum, m, i) => {
    let term = (m * nodes[i]! ** l) / doubleFactorial(2 * l + 1);
    for (let k = 0; k < 60; k++) {
      sum += term;
      term *= (-t * nodes[i]! ** 2) / 2 / ((k + 1) * (2 * l + 2 * k + 3));
    }
    return sum;
  }, 0);
}

/** The q from which on a function of q stays negligible beside its largest value. */
function reachOf(f: (q: number) => number): number {
  let [end, most] = [LOOK, 0];
  for (let q = LOOK; q < Math.min(FARTHEST, end + STAYS); q += LOOK) {
    const size = Math.abs(f(q));
    most = Math.max(most, size);
    if (size > NEGLIGIBLE * most) end = q;
  }
  return end + LOOK;
}

/** Returns Σ_atoms v_loc(G) e^{−iGR}/Ω without G = 0, up to where q² v_loc(q) is negligible. */
export function meshLocalCoefficients(
  lattice: Mat3,
  atoms: readonly { readonly potential: NumericPotential; readonly position: Vec3 }[],
): FourierCoefficient[] {
  if (atoms.length === 0) return [];
  const reciprocal = encloseReciprocal(lattice);
  const potentials = [...new Set(atoms.map(({ potential }) => potential))];
  const reach = Math.max(...potentials.map((p) => reachOf((q) => q * q * numericLocalFourier(p, q))));
  const { count, g, kinetic } = planeWavesBelow(reciprocal, [0, 0, 0], reach ** 2 / 2);
  const volume = reciprocal.volume.lo;
  const found: FourierCoefficient[] = [];
  const taken = new Set<string>(["0,0,0"]);
  for (let w = 0; w < count; w++) {
    const n: Vec3 = [g[3 * w]!, g[3 * w + 1]!, g[3 * w + 2]!];
    if (taken.has(n.join())) continue;
    const minus: Vec3 = [0 - n[0], 0 - n[1], 0 - n[2]];
    taken.add(minus.join());
    const radial = new Map(
      potentials.map((p) => [p, numericLocalFourier(p, Math.sqrt(2 * kinetic[w]!)) / volume]),
    );
    let [re, im] = [0, 0];
    for (const { potential, position } of atoms) {
      const angle = 2 * Math.PI * (n[0] * position[0] + n[1] * position[1] + n[2] * position[2]);
      re += radial.get(potential)! * Math.cos(angle);
      im -= radial.get(potential)! * Math.sin(angle);
    }
    found.push({ g: n, re, im }, { g: minus, re, im: 0 - im });
  }
  return found;
}

/** Adds two lists of coefficients, vector by vector. */
export function sumCoefficients(
  first: readonly FourierCoefficient[],
  second: readonly FourierCoefficient[],
): FourierCoefficient[] {
  const sums = new Map(first.map((c) => [c.g.join(), c]));
  for (const c of second) {
    const own = sums.get(c.g.join());
    sums.set(c.g.join(), own === undefined ? c : { g: c.g, re: own.re + c.re, im: own.im + c.im });
  }
  return [...sums.values()];
}
