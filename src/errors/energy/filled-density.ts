import { fastSize, gridIndex } from "../../basis/grid.ts";
import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { PI } from "../../interval/constants.ts";
import {
  add,
  ball,
  div,
  type Interval,
  interval,
  lowerEnd,
  mul,
  scale,
  sqr,
  sub,
  upperEnd,
} from "../../interval/interval.ts";
import { rootAbove, squaredNormAbove } from "../../interval/norms.ts";
import { above } from "../../interval/rounding.ts";
import {
  type Above,
  exact,
  gamma,
  inflated,
  productAbove,
  provedAbove,
  quotientAbove,
  SumAbove,
  sizeOf,
  sumAbove,
} from "../../interval/sides.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import { butterfliesHold, type FftRounding, fftRounding } from "../apply/fft-rounding.ts";
import { columnRange, type TrialPanel } from "../apply/trial-panel.ts";
import type { ExactProblem } from "../problem/exact-problem.ts";
import { encloseReciprocal, type PlaneWaves } from "../problem/reciprocal.ts";

/** Orbitals of one k-point, two electrons in each. */
export interface FilledOrbitals {
  /** Of which the orbitals have the first rows. */
  readonly waves: Pick<PlaneWaves, "g">;
  readonly u: TrialPanel;
  /** ‖S⁻¹ − 1‖ of S = UᴴU. */
  readonly skewness: Above;
  /** How many points of the mesh the k-point stands for. */
  readonly multiplicity: number;
}

/** Density of a state, summed over k-points on a grid on which no two of its waves meet. */
export interface FilledDensity {
  /** Adds the orbitals of a k-point. @throws InputError where the grid is too small for them. */
  add(orbitals: FilledOrbitals): void;
  /**
   * ‖ρ − ρ₀‖² = D(ρ−ρ₀, ρ−ρ₀) from above [Ha], ρ₀ the density whose Hartree potential is the
   * problem's polynomial.
   */
  distance2(problem: Extract<ExactProblem, { kind: "frozen" }>): Above;
}

/** The least grid for products of waves: differences up to w along an axis need 2w + 1 points. */
export const densityGrid = (
  panels: readonly (Pick<FilledOrbitals, "waves"> & { readonly u: Pick<TrialPanel, "rows"> })[],
): GridSize => {
  const widths = panels.map(({ waves, u }) => spans(waves.g, u.rows));
  return [0, 1, 2].map((axis) =>
    fastSize(2 * Math.max(0, ...widths.map((width) => width[axis]!)) + 1),
  ) as unknown as GridSize;
};

/** More do not fit into a WebAssembly memory beside their transform. */
const MOST_POINTS = 6e7;

/** Largest difference of two vectors along each axis. */
function spans(g: Int32Array, rows: number): number[] {
  const [low, high] = [new Array<number>(3).fill(Infinity), new Array<number>(3).fill(-Infinity)];
  for (let i = 0; i < 3 * rows; i++) {
    low[i % 3] = Math.min(low[i % 3]!, g[i]!);
    high[i % 3] = Math.max(high[i % 3]!, g[i]!);
  }
  return rows === 0 ? [0, 0, 0] : high.map((h, axis) => h - low[axis]!);
}

/**
 * Sums the density of γ_k = 2 U S⁻¹ Uᴴ in plain floating point, with a bound of all that its
 * Fourier coefficients n_G = ∫ρ e^{−iGr} can be off by (docs/bounds.md, Lemma 10). With c = 2 w_k,
 * ε and μ of the transforms and T orbitals in all, every coefficient is within
 *
 *   Σ c‖u‖² (ε(2+ε) + γ_{T+5}(1+ε)²)                          the squares on the grid
 * + (μ + γ₂(1+μ)) (1+γ_{T+5}) (1+ε)² Σ c‖u‖²                  the transform back and 1/N
 * + Σ c ‖S⁻¹ − 1‖ Σ‖u‖²                                       orbitals not quite orthonormal
 *
 * @param mesh how many points the mesh has
 * @throws InputError for transforms whose rounding has no known bound
 */
export function filledDensity(kernels: Kernels, size: GridSize, mesh: number): FilledDensity {
  requireInput(
    size.every((n) => fastSize(n) === n) && size[0] * size[1] * size[2] <= MOST_POINTS,
    () =>
      `density grid: must be products of 2, 3, 5, 7, 11 and 13 with at most ${MOST_POINTS.toExponential()} points in all, got ${size.join("x")}`,
  );
  const fft = kernels.fft(size);
  const rounding = fftRounding(fft.passes);
  requireInput(
    rounding !== undefined && butterfliesHold(kernels, fft.passes!),
    () =>
      `density: needs transforms whose rounding is known, got those of ${kernels.backend}; the back end wasm has them`,
  );
  const points = size[0] * size[1] * size[2];
  const rho = new Float64Array(points);
  const [charge, skew] = [new SumAbove(), new SumAbove()];
  const reach = [0, 0, 0];
  let orbitals = 0;
  return {
    add({ waves, u, skewness, multiplicity }) {
      const width = spans(waves.g, u.rows);
      requireInput(
        width.every((w, axis) => 2 * w + 1 <= size[axis]!),
        () => `density grid: must have ${width.map((w) => 2 * w + 1)} points or more, got ${size}`,
      );
      width.forEach((w, axis) => {
        reach[axis] = Math.max(reach[axis]!, w);
      });
      const weight = (2 * multiplicity) / mesh;
      // a quotient of whole numbers, from above
      const weightAbove = provedAbove(above(weight));
      addSquares(kernels, size, waves.g, u, weight, rho);
      for (let j = 0; j < u.columns; j++) {
        const norm2 = productAbove(weightAbove, squaredNormAbove(u.data, ...columnRange(u.rows, j)));
        charge.add(norm2);
        skew.addProduct(norm2, skewness);
      }
      orbitals += u.columns;
    },
    distance2(problem) {
      const coefficients = transformed(kernels, size, rho);
      const error = coefficientError(rounding, orbitals, charge.value, skew.value);
      return coulombDistance2(problem, { size, reach, coefficients, error });
    },
  };
}

/** rho ← rho + weight Σ |u(r)|² on the grid. */
function addSquares(
  kernels: Kernels,
  size: GridSize,
  g: Int32Array,
  { rows, columns, data }: TrialPanel,
  weight: number,
  rho: Float64Array,
): void {
  const fft = kernels.fft(size);
  kernels.scratch((take) => {
    const grid = take(2 * rho.length);
    const index = Int32Array.from({ length: rows }, (_, i) =>
      gridIndex(size, g[3 * i]!, g[3 * i + 1]!, g[3 * i + 2]!),
    );
    for (let j = 0; j < columns; j++) {
      grid.fill(0);
      for (let i = 0; i < rows; i++) {
        grid[2 * index[i]!] = data[2 * (rows * j + i)]!;
        grid[2 * index[i]! + 1] = data[2 * (rows * j + i) + 1]!;
      }
      fft.inverse(grid, grid);
      for (let r = 0; r < rho.length; r++) {
        const [re, im] = [grid[2 * r]!, grid[2 * r + 1]!];
        rho[r]! += weight * (re * re + im * im);
      }
    }
  });
}

/** (1/N) Σ_r rho e^{−iGr} on the grid. */
function transformed(kernels: Kernels, size: GridSize, rho: Float64Array): Float64Array {
  return kernels.scratch((take) => {
    const grid = take(2 * rho.length);
    for (let r = 0; r < rho.length; r++) {
      grid[2 * r] = rho[r]!;
      grid[2 * r + 1] = 0;
    }
    kernels.fft(size).forward(grid, grid);
    const factor = 1 / rho.length;
    return Float64Array.from(grid, (x) => x * factor);
  });
}

/** What any computed coefficient is off by [electrons]. */
function coefficientError(
  { relative, uniform }: FftRounding,
  orbitals: number,
  charge: Above,
  skew: Above,
): Above {
  // a square: two products and a sum; the weight's rounding, its product, and the sum over orbitals
  const squares = gamma(orbitals + 5);
  const grown = sumAbove(exact(1), relative);
  const ofGrid = sumAbove(
    productAbove(relative, sumAbove(exact(2), relative)),
    productAbove(squares, grown, grown),
  );
  const size = productAbove(sumAbove(exact(1), squares), grown, grown, charge); // (1/N) Σ rho
  const back = sumAbove(uniform, productAbove(gamma(2), sumAbove(exact(1), uniform)));
  // squares of 10⁻¹⁶⁰ underflow, which the last term holds
  return sumAbove(productAbove(charge, ofGrid), productAbove(back, size), skew, inflated(0, 1));
}

interface ComputedDensity {
  readonly size: GridSize;
  /** Coefficients beyond these components are zero. */
  readonly reach: readonly number[];
  /** n_G on the grid, interleaved. */
  readonly coefficients: Float64Array;
  readonly error: Above;
}

/**
 * (4π/Ω) ‖(n_G − Ω|G|²V_G/4π)/|G|‖², by Minkowski's inequality from the computed n_G and their
 * error: one of G and −G counts twice, coefficients of the potential beyond the density by
 * themselves.
 */
function coulombDistance2(
  { lattice, coefficients: potential }: Extract<ExactProblem, { kind: "frozen" }>,
  { size, reach, coefficients, error }: ComputedDensity,
): Above {
  const reciprocal = encloseReciprocal(lattice);
  const factor = div(reciprocal.volume, scale(4, PI)); // Ω/4π
  const g2 = (g: Vec3): Interval => {
    const { value, error: e } = reciprocal.kinetic([0, 0, 0], ...g); // ½|G|²
    return scale(2, ball(value, e));
  };
  const near = new Map<number, { readonly re: number; readonly im: number }>();
  const [distance, inverses] = [new SumAbove(), new SumAbove()];
  for (const { g, re, im } of potential) {
    if (!isUpperHalf(g)) continue;
    if (g.every((n, axis) => Math.abs(n) <= reach[axis]!)) near.set(gridIndex(size, ...g), { re, im });
    else distance.add(ofCoefficient(factor, g2(g), [0, 0], { re, im }));
  }
  for (let z = 0; z <= reach[2]!; z++)
    for (let y = -reach[1]!; y <= reach[1]!; y++)
      for (let x = -reach[0]!; x <= reach[0]!; x++) {
        const g: Vec3 = [x, y, z];
        if (!isUpperHalf(g)) continue;
        const at = gridIndex(size, x, y, z);
        const n = [coefficients[2 * at]!, coefficients[2 * at + 1]!] as const;
        const square = g2(g);
        distance.add(ofCoefficient(factor, square, n, near.get(at)));
        inverses.add(quotientAbove(exact(1), lowerEnd(square)));
      }
  const norm = (half: SumAbove): Above => rootAbove(productAbove(exact(2), half.value));
  const total = sumAbove(norm(distance), productAbove(error, norm(inverses)));
  return productAbove(upperEnd(div(interval(1), factor)), total, total);
}

/** |n − (Ω/4π)|G|² V|²/|G|² from above; without V the plain quotient. */
function ofCoefficient(
  factor: Interval,
  g2: Interval,
  [re, im]: readonly [number, number],
  v: { readonly re: number; readonly im: number } | undefined,
): Above {
  const square =
    v === undefined
      ? new SumAbove().addSquare(sizeOf(re)).addSquare(sizeOf(im)).value
      : upperEnd(
          add(
            sqr(sub(interval(re), mul(mul(factor, g2), interval(v.re)))),
            sqr(sub(interval(im), mul(mul(factor, g2), interval(v.im)))),
          ),
        );
  return quotientAbove(square, lowerEnd(g2));
}

/** Tells one of each pair ±G; G = 0 is none. */
export const isUpperHalf = ([x, y, z]: Vec3): boolean => (z !== 0 ? z > 0 : y !== 0 ? y > 0 : x > 0);
