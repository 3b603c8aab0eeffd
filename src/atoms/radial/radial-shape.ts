/**
 * A spherical function f(r) to sum on a grid: values and slopes at r = 0, h, 2h, …, a cubic in
 * between (error at most h⁴ f⁽⁴⁾/384), 0 beyond the last point. Plain data.
 */
export interface RadialShape {
  /** h [bohr]. */
  readonly step: number;
  /** f, shape [n]. */
  readonly values: Float64Array;
  /** df/dr, shape [n]. */
  readonly slopes: Float64Array;
}

/** Where f ends [bohr]. */
export const shapeRadius = ({ step, values }: RadialShape): number => step * (values.length - 1);

/** f(r), r ≥ 0. */
export function shapeAt({ step, values, slopes }: RadialShape, r: number): number {
  const cell = Math.floor(r / step);
  if (cell + 1 >= values.length) return 0;
  const t = r / step - cell;
  const s = 1 - t;
  return (
    s * s * ((1 + 2 * t) * values[cell]! + t * step * slopes[cell]!) +
    t * t * ((1 + 2 * s) * values[cell + 1]! - s * step * slopes[cell + 1]!)
  );
}

/** df/dr, the exact derivative of `shapeAt`. */
export function shapeSlopeAt({ step, values, slopes }: RadialShape, r: number): number {
  const cell = Math.floor(r / step);
  if (cell + 1 >= values.length) return 0;
  const t = r / step - cell;
  const s = 1 - t;
  return (
    (6 * s * t * (values[cell + 1]! - values[cell]!)) / step +
    s * (1 - 3 * t) * slopes[cell]! +
    t * (1 - 3 * s) * slopes[cell + 1]!
  );
}

/** Spacing of shapes made from meshes [bohr]: h⁴/384 = 3·10⁻¹¹. */
const STEP = 0.01;

/** Values that count as none [bohr⁻³]: less than a functional sees. */
const NEGLIGIBLE = 1e-12;

/** Points of a mesh that a value is interpolated from. */
const STENCIL = 8;

/**
 * The shape of a function given on any ascending mesh, which need not begin at 0: f is even in r.
 * Ends where only negligible values follow.
 *
 * @param f values at `r`, shape [n].
 */
export function resampledShape(r: Float64Array, f: Float64Array): RadialShape {
  let last = f.length - 1;
  while (last > 0 && Math.abs(f[last]!) < NEGLIGIBLE) last--;
  const points = Math.floor(r[Math.min(last + 1, r.length - 1)]! / STEP) + 1;
  const mirrored = r[0]! > 0 ? 0 : 1; // r = 0 is its own mirror image
  const radius = (i: number): number => (i >= 0 ? r[i]! : -r[mirrored - 1 - i]!);
  const value = (i: number): number => f[i >= 0 ? i : mirrored - 1 - i]!;
  const values = new Float64Array(points);
  const slopes = new Float64Array(points);
  let above = 0; // first mesh point beyond the wanted one
  for (let k = 0; k < points; k++) {
    const x = k * STEP;
    while (above < r.length && r[above]! <= x) above++;
    const first = Math.min(above - STENCIL / 2, r.length - STENCIL);
    const nodes = Array.from({ length: STENCIL }, (_, j) => first + j);
    const weights = interpolationWeights(x, nodes.map(radius));
    nodes.forEach((i, j) => {
      values[k]! += weights.value[j]! * value(i);
      slopes[k]! += weights.slope[j]! * value(i);
    });
  }
  slopes[0] = 0;
  return { step: STEP, values, slopes };
}

/** Weights of f(x_j) in value and slope at x of the interpolating polynomial [For88]. */
function interpolationWeights(x: number, nodes: readonly number[]): { value: number[]; slope: number[] } {
  const value = nodes.map((_, j): number => (j === 0 ? 1 : 0));
  const slope = nodes.map((): number => 0);
  let scale = 1;
  for (let i = 1; i < nodes.length; i++) {
    const toNew = x - nodes[i]!;
    const toLast = x - nodes[i - 1]!;
    let product = 1;
    for (let j = 0; j < i; j++) product *= nodes[i]! - nodes[j]!;
    // The weights of the new node come from those of the last one before that is changed.
    slope[i] = (scale / product) * (value[i - 1]! + toLast * slope[i - 1]!);
    value[i] = (scale / product) * toLast * value[i - 1]!;
    for (let j = 0; j < i; j++) {
      const distance = nodes[j]! - nodes[i]!;
      slope[j] = (toNew * slope[j]! + value[j]!) / distance;
      value[j] = (toNew * value[j]!) / distance;
    }
    scale = product;
  }
  return { value, slope };
}

/** The shape of a density given as 4πr²ρ on an ascending mesh, continued evenly to r = 0. */
export function densityShape(r: Float64Array, shells: Float64Array): RadialShape {
  const rho = shells.map((x, i) => x / (4 * Math.PI * r[i]! * r[i]!));
  if (r[0] === 0) rho[0] = rho[1]! + ((rho[1]! - rho[2]!) * r[1]! ** 2) / (r[2]! ** 2 - r[1]! ** 2);
  return resampledShape(r, rho);
}

/** ∫ f d³r by the trapezoidal rule. */
export const shapeIntegral = ({ step, values }: RadialShape): number =>
  values.reduce((sum, value, i) => sum + 4 * Math.PI * step * (i * step) ** 2 * value, 0);
