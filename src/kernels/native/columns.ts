import { invariant } from "../../common/failure.ts";
import type { ColumnKernels } from "../kernels.ts";
import { checkArray, checkCount, sameArray } from "./check.ts";
import type { Lapack } from "./lapack.ts";

const ONE = Int32Array.of(1);

/** Makes operations bound by memory. JavaScript loops, a third as fast, fill the gaps of BLAS. */
export function columnKernels(lapack: Lapack, width: 1 | 2): ColumnKernels {
  const checkPanels = (what: string, n: number, nBands: number, ...panels: Float64Array[]): void =>
    checkPanelsOf(what, n, nBands, width, panels);
  // Scalars of one Fortran call, passed by address.
  const length = new Int32Array(1);
  const factor = new Float64Array(1);
  return {
    columnNorms2(out, n, nBands, x) {
      checkPanels("columnNorms2", n, nBands, x);
      checkArray("columnNorms2: out", out, nBands);
      length[0] = width * n;
      for (let j = 0; j < nBands; j++) {
        const column = x.subarray(width * n * j);
        out[j] = lapack.ddot(length, column, ONE, column, ONE) as number; // declared as double
      }
    },
    columnDots(out, n, nBands, x, y) {
      checkPanels("columnDots", n, nBands, x, y);
      checkArray("columnDots: out", out, width * nBands);
      for (let j = 0; j < nBands; j++)
        if (width === 2)
          lapack.zdotc(n, x.subarray(2 * n * j), 1, y.subarray(2 * n * j), 1, out.subarray(2 * j));
        else {
          length[0] = n;
          out[j] = lapack.ddot(length, x.subarray(n * j), ONE, y.subarray(n * j), ONE) as number;
        }
    },
    scaleColumns(n, nBands, s, x) {
      checkPanels("scaleColumns", n, nBands, x);
      checkArray("scaleColumns: s", s, nBands);
      length[0] = width * n;
      for (let j = 0; j < nBands; j++) {
        factor[0] = s[j]!;
        lapack.dscal(length, factor, x.subarray(width * n * j), ONE);
      }
    },
    addScaledColumns(out, n, nBands, y, s, x) {
      checkPanels("addScaledColumns", n, nBands, out, y, x);
      checkArray("addScaledColumns: s", s, nBands);
      if (sameArray(out, x)) {
        for (let j = 0; j < nBands; j++) {
          const [first, end, sj] = [width * n * j, width * n * (j + 1), s[j]!];
          for (let i = first; i < end; i++) out[i] = y[i]! + sj * x[i]!;
        }
        return;
      }
      if (!sameArray(out, y)) out.set(y.subarray(0, width * n * nBands));
      length[0] = width * n;
      for (let j = 0; j < nBands; j++) {
        factor[0] = s[j]!;
        lapack.daxpy(length, factor, x.subarray(width * n * j), ONE, out.subarray(width * n * j), ONE);
      }
    },
    columnWeightedNorms2(out, n, nBands, d, x) {
      checkPanels("columnWeightedNorms2", n, nBands, x);
      checkArray("columnWeightedNorms2: d", d, n);
      checkArray("columnWeightedNorms2: out", out, nBands);
      for (let j = 0; j < nBands; j++) {
        let sum = 0;
        if (width === 1) for (let i = 0; i < n; i++) sum += d[i]! * x[i + n * j]! * x[i + n * j]!;
        else
          for (let i = 0, at = 2 * n * j; i < n; i++, at += 2)
            sum += d[i]! * (x[at]! * x[at]! + x[at + 1]! * x[at + 1]!);
        out[j] = sum;
      }
    },
    multiplyRows(out, n, nBands, d, x) {
      checkPanels("multiplyRows", n, nBands, out, x);
      checkArray("multiplyRows: d", d, n);
      for (let j = 0; j < nBands; j++)
        if (width === 1) for (let i = 0; i < n; i++) out[i + n * j] = d[i]! * x[i + n * j]!;
        else
          for (let i = 0, at = 2 * n * j; i < n; i++, at += 2) {
            out[at] = d[i]! * x[at]!;
            out[at + 1] = d[i]! * x[at + 1]!;
          }
    },
    tpa(n, nBands, t, s, x) {
      checkPanels("tpa", n, nBands, x);
      checkArray("tpa: t", t, n);
      checkArray("tpa: s", s, nBands);
      for (let j = 0; j < nBands; j++) {
        invariant(s[j]! > 0, () => `tpa: scale ${j} must be positive, got ${s[j]}`);
        const inverseScale = 1 / s[j]!;
        for (let i = 0, at = width * n * j; i < n; i++, at += width) {
          const u = t[i]! * inverseScale;
          const low = 27 + u * (18 + u * (12 + u * 8));
          const factor = low / (low + 16 * u * u * (u * u));
          x[at]! *= factor;
          if (width === 2) x[at + 1]! *= factor;
        }
      }
    },
  };
}

function checkPanelsOf(
  what: string,
  n: number,
  nBands: number,
  width: 1 | 2,
  panels: readonly Float64Array[],
): void {
  checkCount(`${what}: n`, n);
  checkCount(`${what}: nBands`, nBands);
  for (const panel of panels) checkArray(`${what}: panel`, panel, width * n * nBands);
}
