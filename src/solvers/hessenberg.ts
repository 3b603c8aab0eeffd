import { invariant } from "../common/failure.ts";

/** An eigenvalue of a real matrix with its right eigenvector of length one. */
export interface Eigenpair {
  readonly re: number;
  readonly im: number;
  /** Complex, interleaved, shape [2·m]. */
  readonly vector: Float64Array;
}

/** A complex m × m matrix as rows of interleaved numbers. */
type Rows = Float64Array[];

/**
 * Eigenpairs of a real upper Hessenberg matrix of some tens of rows, by increasing real part: complex QR iteration with
 * the shift of the trailing 2 × 2 block to Schur form H = Z T Zᴴ, then back substitution [GVL13 sec. 7.5, 7.6].
 *
 * @param h rows; entries below the first subdiagonal are not read.
 */
export function hessenbergEigenpairs(h: readonly (readonly number[])[]): Eigenpair[] {
  const m = h.length;
  const t: Rows = h.map((row, i) => {
    const out = new Float64Array(2 * m);
    for (let j = Math.max(0, i - 1); j < m; j++) out[2 * j] = row[j]!;
    return out;
  });
  const z: Rows = h.map((_, i) => {
    const out = new Float64Array(2 * m);
    out[2 * i] = 1;
    return out;
  });
  const scale = Math.max(...t.map((row) => Math.max(...row.map(Math.abs))), Number.MIN_VALUE);
  const size = (i: number, j: number) => Math.hypot(t[i]![2 * j]!, t[i]![2 * j + 1]!);
  let last = m - 1;
  let sweeps = 0;
  while (last > 0) {
    let first = last;
    while (first > 0) {
      const neighbours = size(first - 1, first - 1) + size(first, first);
      if (size(first, first - 1) <= Number.EPSILON * (neighbours > 0 ? neighbours : scale)) {
        t[first]!.fill(0, 2 * (first - 1), 2 * first);
        break;
      }
      first--;
    }
    if (first === last) {
      last--;
      sweeps = 0;
      continue;
    }
    invariant(++sweeps <= 60, () => `hessenbergEigenpairs: no convergence for ${m} rows`);
    qrSweep(t, z, first, last, sweeps % 10 === 0 ? exceptionalShift(t, last) : trailingShift(t, last));
  }
  return t.map((row, k): Eigenpair => ({ re: row[2 * k]!, im: row[2 * k + 1]!, vector: eigenvector(t, z, k) }))
    .sort((a, b) => a.re - b.re || a.im - b.im); // biome-ignore format: a chain
}

/** The eigenvalue of the block of rows last − 1 and last that is nearer to its lower right corner. */
function trailingShift(t: Rows, last: number): readonly [number, number] {
  const at = (i: number, j: number) => [t[i]![2 * j]!, t[i]![2 * j + 1]!] as const;
  const [a, b, c, d] = [at(last - 1, last - 1), at(last - 1, last), at(last, last - 1), at(last, last)];
  const [halfRe, halfIm] = [0.5 * (a[0] - d[0]), 0.5 * (a[1] - d[1])];
  // d − bc/(p ± √(p² + bc)), p = (a − d)/2, with the sign that makes the bottom large
  const [bcRe, bcIm] = [b[0] * c[0] - b[1] * c[1], b[0] * c[1] + b[1] * c[0]];
  const [rootRe, rootIm] = squareRoot(halfRe * halfRe - halfIm * halfIm + bcRe, 2 * halfRe * halfIm + bcIm);
  const sign = halfRe * rootRe + halfIm * rootIm >= 0 ? 1 : -1;
  const [re, im] = [halfRe + sign * rootRe, halfIm + sign * rootIm];
  const norm2 = re * re + im * im;
  if (norm2 === 0) return d;
  return [d[0] - (bcRe * re + bcIm * im) / norm2, d[1] - (bcIm * re - bcRe * im) / norm2];
}

/** Breaks the cycles that the usual shift can fall into. */
const exceptionalShift = (t: Rows, last: number): readonly [number, number] => [
  t[last]![2 * last]! + Math.hypot(t[last]![2 * last - 2]!, t[last]![2 * last - 1]!),
  t[last]![2 * last + 1]!,
];

function squareRoot(re: number, im: number): readonly [number, number] {
  const r = Math.hypot(re, im);
  const a = Math.sqrt(0.5 * (r + Math.abs(re)));
  if (a === 0) return [0, 0];
  const b = Math.abs(im) / (2 * a);
  return re >= 0 ? [a, im < 0 ? -b : b] : [b, im < 0 ? -a : a];
}

/** T − s = QR, T ← RQ + s on rows and columns first … last; the rest of T and Z follow the similarity. */
function qrSweep(t: Rows, z: Rows, first: number, last: number, [re, im]: readonly [number, number]): void {
  const addShift = (sign: number) => {
    for (let i = first; i <= last; i++) {
      t[i]![2 * i]! += sign * re;
      t[i]![2 * i + 1]! += sign * im;
    }
  };
  addShift(-1);
  const m = t.length;
  const rotations: (readonly [number, number, number, number])[] = [];
  for (let k = first; k < last; k++) {
    const [x, y] = [t[k]!, t[k + 1]!];
    const r = Math.hypot(x[2 * k]!, x[2 * k + 1]!, y[2 * k]!, y[2 * k + 1]!) || 1;
    const [ar, ai, br, bi] = [x[2 * k]! / r, x[2 * k + 1]! / r, y[2 * k]! / r, y[2 * k + 1]! / r];
    rotations.push([ar, ai, br, bi]);
    for (let j = k; j < m; j++) {
      const [xr, xi, yr, yi] = [x[2 * j]!, x[2 * j + 1]!, y[2 * j]!, y[2 * j + 1]!];
      x[2 * j] = ar * xr + ai * xi + br * yr + bi * yi; // ā x + b̄ y
      x[2 * j + 1] = ar * xi - ai * xr + br * yi - bi * yr;
      y[2 * j] = ar * yr - ai * yi - br * xr + bi * xi; // a y − b x
      y[2 * j + 1] = ar * yi + ai * yr - br * xi - bi * xr;
    }
  }
  const rotateColumns = (
    row: Float64Array,
    k: number,
    [ar, ai, br, bi]: readonly [number, number, number, number],
  ) => {
    const [xr, xi, yr, yi] = [row[2 * k]!, row[2 * k + 1]!, row[2 * k + 2]!, row[2 * k + 3]!];
    row[2 * k] = ar * xr - ai * xi + br * yr - bi * yi; // a x + b y
    row[2 * k + 1] = ar * xi + ai * xr + br * yi + bi * yr;
    row[2 * k + 2] = ar * yr + ai * yi - br * xr - bi * xi; // ā y − b̄ x
    row[2 * k + 3] = ar * yi - ai * yr - br * xi + bi * xr;
  };
  rotations.forEach((rotation, index) => {
    const k = first + index;
    for (let i = 0; i <= Math.min(k + 1, last); i++) rotateColumns(t[i]!, k, rotation);
    for (const row of z) rotateColumns(row, k, rotation);
  });
  addShift(1);
}

/** Z y with (T − t_kk) y = 0, y_k = 1, scaled to length one. */
function eigenvector(t: Rows, z: Rows, k: number): Float64Array {
  const m = t.length;
  const y = new Float64Array(2 * m);
  y[2 * k] = 1;
  for (let i = k - 1; i >= 0; i--) {
    let [re, im] = [0, 0];
    for (let j = i + 1; j <= k; j++) {
      const [tr, ti, yr, yi] = [t[i]![2 * j]!, t[i]![2 * j + 1]!, y[2 * j]!, y[2 * j + 1]!];
      re -= tr * yr - ti * yi;
      im -= tr * yi + ti * yr;
    }
    let [dr, di] = [t[i]![2 * i]! - t[k]![2 * k]!, t[i]![2 * i + 1]! - t[k]![2 * k + 1]!];
    // Equal eigenvalues: a small denominator gives the vector of a matrix as near as rounding.
    if (Math.hypot(dr, di) < Number.EPSILON * Math.hypot(t[k]![2 * k]!, t[k]![2 * k + 1]!))
      [dr, di] = [Number.EPSILON * (Math.hypot(t[k]![2 * k]!, t[k]![2 * k + 1]!) || 1), 0];
    const norm2 = dr * dr + di * di;
    y[2 * i] = (re * dr + im * di) / norm2;
    y[2 * i + 1] = (im * dr - re * di) / norm2;
  }
  const out = new Float64Array(2 * m);
  z.forEach((row, i) => {
    for (let j = 0; j <= k; j++) {
      out[2 * i]! += row[2 * j]! * y[2 * j]! - row[2 * j + 1]! * y[2 * j + 1]!;
      out[2 * i + 1]! += row[2 * j]! * y[2 * j + 1]! + row[2 * j + 1]! * y[2 * j]!;
    }
  });
  const norm = Math.sqrt(out.reduce((sum, x) => sum + x * x, 0));
  return out.map((x) => x / norm);
}
