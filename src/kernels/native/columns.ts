import { invariant } from "../../common/failure.ts";
import type { Kernels } from "../kernels.ts";
import { checkArray, checkCount } from "./check.ts";

type ColumnKernels = Pick<
  Kernels,
  | "columnNorms2"
  | "columnDots"
  | "columnWeightedNorms2"
  | "scaleColumns"
  | "addScaledColumns"
  | "multiplyRows"
  | "tpa"
>;

/** The operations that move more than they compute: compiled JavaScript runs them at the speed of memory. */
export const columnKernels: ColumnKernels = {
  columnNorms2(out, n, nBands, x) {
    checkPanels("columnNorms2", n, nBands, x);
    checkArray("columnNorms2: out", out, nBands);
    for (let j = 0; j < nBands; j++) {
      const [first, end] = [2 * n * j, 2 * n * (j + 1)];
      let re = 0;
      let im = 0;
      for (let i = first; i < end; i += 2) {
        re += x[i]! * x[i]!;
        im += x[i + 1]! * x[i + 1]!;
      }
      out[j] = re + im;
    }
  },
  columnDots(out, n, nBands, x, y) {
    checkPanels("columnDots", n, nBands, x, y);
    checkArray("columnDots: out", out, 2 * nBands);
    for (let j = 0; j < nBands; j++) {
      const [first, end] = [2 * n * j, 2 * n * (j + 1)];
      let re = 0;
      let im = 0;
      for (let i = first; i < end; i += 2) {
        re += x[i]! * y[i]! + x[i + 1]! * y[i + 1]!;
        im += x[i]! * y[i + 1]! - x[i + 1]! * y[i]!;
      }
      out[2 * j] = re;
      out[2 * j + 1] = im;
    }
  },
  columnWeightedNorms2(out, n, nBands, d, x) {
    checkPanels("columnWeightedNorms2", n, nBands, x);
    checkArray("columnWeightedNorms2: d", d, n);
    checkArray("columnWeightedNorms2: out", out, nBands);
    for (let j = 0; j < nBands; j++) {
      let sum = 0;
      for (let i = 0, at = 2 * n * j; i < n; i++, at += 2)
        sum += d[i]! * (x[at]! * x[at]! + x[at + 1]! * x[at + 1]!);
      out[j] = sum;
    }
  },
  scaleColumns(n, nBands, s, x) {
    checkPanels("scaleColumns", n, nBands, x);
    checkArray("scaleColumns: s", s, nBands);
    for (let j = 0; j < nBands; j++) {
      const [first, end, factor] = [2 * n * j, 2 * n * (j + 1), s[j]!];
      for (let i = first; i < end; i++) x[i]! *= factor;
    }
  },
  addScaledColumns(out, n, nBands, y, s, x) {
    checkPanels("addScaledColumns", n, nBands, out, y, x);
    checkArray("addScaledColumns: s", s, nBands);
    for (let j = 0; j < nBands; j++) {
      const [first, end, factor] = [2 * n * j, 2 * n * (j + 1), s[j]!];
      for (let i = first; i < end; i++) out[i] = y[i]! + factor * x[i]!;
    }
  },
  multiplyRows(out, n, nBands, d, x) {
    checkPanels("multiplyRows", n, nBands, out, x);
    checkArray("multiplyRows: d", d, n);
    for (let j = 0; j < nBands; j++)
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
      for (let i = 0, at = 2 * n * j; i < n; i++, at += 2) {
        const u = t[i]! * inverseScale;
        const low = 27 + u * (18 + u * (12 + u * 8));
        const factor = low / (low + 16 * u * u * (u * u));
        x[at]! *= factor;
        x[at + 1]! *= factor;
      }
    }
  },
};

function checkPanels(what: string, n: number, nBands: number, ...panels: Float64Array[]): void {
  checkCount(`${what}: n`, n);
  checkCount(`${what}: nBands`, nBands);
  for (const panel of panels) checkArray(`${what}: panel`, panel, 2 * n * nBands);
}
