import { invariant } from "../common/failure.ts";
import type { Fft, GridSize, SphereFft } from "./kernels.ts";

/** Returns the prime factors of n; throws unless all are 2, 3, 5, 7, 11 or 13. */
function factors(n: number): number[] {
  const out: number[] = [];
  let rest = n;
  for (const p of [2, 3, 5, 7, 11, 13])
    while (rest % p === 0) {
      out.push(p);
      rest /= p;
    }
  invariant(rest === 1, () => `fft: size ${n} is not a product of 2, 3, 5, 7, 11 and 13`);
  return out;
}

/**
 * Plans one line by the Stockham autosort recursion: a stage of radix p takes x as p blocks of m·s
 * numbers,
 *   y[s·(p·j + q) + r] = w^{jq} Σ_b x[s·(j + m·b) + r] e^{∓2πi bq/p},   n = p·m, w = e^{∓2πi/n}.
 * Kept simple: faster kernels are tested against it.
 */
function lineTransform(n: number, sign: -1 | 1): (x: Float64Array, y: Float64Array) => void {
  const radices = factors(n);
  const cos = Float64Array.from({ length: n }, (_, j) => Math.cos((2 * Math.PI * j) / n));
  const sin = Float64Array.from({ length: n }, (_, j) => sign * Math.sin((2 * Math.PI * j) / n));
  return (first, second) => {
    let x = first;
    let y = second;
    let length = n;
    let stride = 1;
    for (const p of radices) {
      const m = length / p;
      for (let j = 0; j < m; j++)
        for (let q = 0; q < p; q++)
          for (let r = 0; r < stride; r++) {
            let re = 0;
            let im = 0;
            for (let b = 0; b < p; b++) {
              const w = (b * q * m * stride + j * q * stride) % n;
              const at = 2 * (stride * (j + m * b) + r);
              re += cos[w]! * x[at]! - sin[w]! * x[at + 1]!;
              im += cos[w]! * x[at + 1]! + sin[w]! * x[at]!;
            }
            const to = 2 * (stride * (p * j + q) + r);
            y[to] = re;
            y[to + 1] = im;
          }
      [x, y] = [y, x];
      length = m;
      stride *= p;
    }
    if (x !== first) first.set(x);
  };
}

/** Makes transforms of the full grid, one axis after the other. */
export function referenceFft(size: GridSize): Fft {
  const [nx, ny, nz] = size;
  const points = nx * ny * nz;
  const axes = [
    { n: nx, step: 1 },
    { n: ny, step: nx },
    { n: nz, step: nx * ny },
  ];
  const transform = (sign: -1 | 1) => {
    const lines = axes.map(({ n }) => lineTransform(n, sign));
    const work = axes.map(({ n }) => [new Float64Array(2 * n), new Float64Array(2 * n)] as const);
    return (out: Float64Array, x: Float64Array) => {
      invariant(
        out.length === 2 * points && x.length === 2 * points,
        () => `fft: ${points} points, got ${x.length / 2}`,
      );
      if (out !== x) out.set(x);
      axes.forEach(({ n, step }, axis) => {
        const [line, spare] = work[axis]!;
        for (let start = 0; start < points; start++) {
          if (Math.floor(start / step) % n !== 0) continue;
          for (let i = 0; i < n; i++) {
            line[2 * i] = out[2 * (start + i * step)]!;
            line[2 * i + 1] = out[2 * (start + i * step) + 1]!;
          }
          lines[axis]!(line, spare);
          for (let i = 0; i < n; i++) {
            out[2 * (start + i * step)] = line[2 * i]!;
            out[2 * (start + i * step) + 1] = line[2 * i + 1]!;
          }
        }
      });
    };
  };
  return { size, forward: transform(-1), inverse: transform(1) };
}

/** Makes transforms between plane waves and the grid, without pruning. */
export function referenceSphereFft(size: GridSize, gridIndex: Int32Array): SphereFft {
  const { forward, inverse } = referenceFft(size);
  const points = size[0] * size[1] * size[2];
  const n = gridIndex.length;
  const index = gridIndex.slice();
  const grid = new Float64Array(2 * points);
  const sphereToGrid = (out: Float64Array, c: Float64Array) => {
    out.fill(0);
    for (let i = 0; i < n; i++) {
      out[2 * index[i]!] = c[2 * i]!;
      out[2 * index[i]! + 1] = c[2 * i + 1]!;
    }
    inverse(out, out);
  };
  const gridToSphere = (c: Float64Array, u: Float64Array) => {
    forward(u, u);
    for (let i = 0; i < n; i++) {
      c[2 * i] = u[2 * index[i]!]! / points;
      c[2 * i + 1] = u[2 * index[i]! + 1]! / points;
    }
  };
  return {
    size,
    planeWaves: n,
    sphereToGrid,
    gridToSphere,
    applyPotential(hpsi, psi, v, nBands) {
      const c = new Float64Array(2 * n);
      for (let b = 0; b < nBands; b++) {
        sphereToGrid(grid, psi.subarray(2 * n * b, 2 * n * (b + 1)));
        for (let r = 0; r < points; r++) {
          grid[2 * r]! *= v[r]!;
          grid[2 * r + 1]! *= v[r]!;
        }
        gridToSphere(c, grid);
        for (let i = 0; i < 2 * n; i++) hpsi[2 * n * b + i]! += c[i]!;
      }
    },
    accumulateDensity(rho, psi, w, nBands, nSets = 1) {
      for (let b = 0; b < nBands; b++) {
        const weights = Array.from({ length: nSets }, (_, s) => w[b + nBands * s]!);
        if (weights.every((weight) => weight === 0)) continue;
        sphereToGrid(grid, psi.subarray(2 * n * b, 2 * n * (b + 1)));
        weights.forEach((weight, s) => {
          for (let r = 0; r < points; r++)
            rho[r + points * s]! += weight * (grid[2 * r]! ** 2 + grid[2 * r + 1]! ** 2);
        });
      }
    },
  };
}
