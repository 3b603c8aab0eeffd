import { invariant } from "../common/failure.ts";
import type { Kernels } from "./kernels.ts";
import { jacobiEigh } from "./reference-eigh.ts";
import { referenceFft, referenceSphereFft } from "./reference-fft.ts";
import { embeddedReal } from "./reference-real.ts";

/** Makes kernels in plain TypeScript: reference of the tests, fall-back without WebAssembly. */
export function referenceKernels(): Kernels {
  let held = 0;
  let peak = 0;
  const alloc = (length: number): Float64Array => {
    held += 8 * length;
    peak = Math.max(peak, held);
    return new Float64Array(length);
  };
  const complex: Omit<Kernels, "real"> = {
    width: 2,
    backend: "reference",
    features: { simd: false, fma: false },
    alloc,
    scratch(body) {
      const before = held;
      try {
        return body(alloc);
      } finally {
        held = before;
      }
    },
    memory: () => ({ held, peak, most: Number.POSITIVE_INFINITY }),
    fft: referenceFft,
    sphereFft: referenceSphereFft,

    gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      const [aRow, aCol, aSign] = opA === "N" ? [1, lda, 1] : [lda, 1, -1];
      const [bRow, bCol, bSign] = opB === "N" ? [1, ldb, 1] : [ldb, 1, -1];
      for (let j = 0; j < n; j++)
        for (let i = 0; i < m; i++) {
          let re = 0;
          let im = 0;
          for (let l = 0; l < k; l++) {
            const ia = 2 * (i * aRow + l * aCol);
            const ib = 2 * (l * bRow + j * bCol);
            const ar = a[ia]!;
            const ai = aSign * a[ia + 1]!;
            const br = b[ib]!;
            const bi = bSign * b[ib + 1]!;
            re += ar * br - ai * bi;
            im += ar * bi + ai * br;
          }
          const ic = 2 * (i + j * ldc);
          c[ic] = alpha * re + (beta === 0 ? 0 : beta * c[ic]!);
          c[ic + 1] = alpha * im + (beta === 0 ? 0 : beta * c[ic + 1]!);
        }
    },
    hermitianOverlap(n, k, a, lda, b, ldb, c, ldc) {
      for (let j = 0; j < n; j++)
        for (let i = 0; i <= j; i++) {
          let re = 0;
          let im = 0;
          for (let l = 0; l < k; l++) {
            const ia = 2 * (l + i * lda);
            const ib = 2 * (l + j * ldb);
            re += a[ia]! * b[ib]! + a[ia + 1]! * b[ib + 1]!;
            im += a[ia]! * b[ib + 1]! - a[ia + 1]! * b[ib]!;
          }
          if (i === j) im = 0;
          c[2 * (i + j * ldc)] = re;
          c[2 * (i + j * ldc) + 1] = im;
          c[2 * (j + i * ldc)] = re;
          c[2 * (j + i * ldc) + 1] = -im;
        }
    },
    cholesky(n, a, lda) {
      const at = (i: number, j: number) => 2 * (i + j * lda);
      for (let j = 0; j < n; j++) {
        for (let i = 0; i <= j; i++) {
          let re = a[at(i, j)]!;
          let im = i === j ? 0 : a[at(i, j) + 1]!;
          for (let l = 0; l < i; l++) {
            const pr = a[at(l, i)]!;
            const pi = a[at(l, i) + 1]!;
            const qr = a[at(l, j)]!;
            const qi = a[at(l, j) + 1]!;
            re -= pr * qr + pi * qi;
            im -= pr * qi - pi * qr;
          }
          if (i === j) {
            if (!(re > 0 && re < Infinity)) return false;
            a[at(j, j)] = Math.sqrt(re);
            a[at(j, j) + 1] = 0;
          } else {
            a[at(i, j)] = re / a[at(i, i)]!;
            a[at(i, j) + 1] = im / a[at(i, i)]!;
          }
        }
        for (let i = j + 1; i < n; i++) a[at(i, j)] = a[at(i, j) + 1] = 0;
      }
      return true;
    },
    solveTriangularRight(m, n, r, ldr, x, ldx) {
      for (let j = 0; j < n; j++) {
        const diagonal = r[2 * (j + j * ldr)]!;
        for (let i = 0; i < m; i++) {
          let re = x[2 * (i + j * ldx)]!;
          let im = x[2 * (i + j * ldx) + 1]!;
          for (let l = 0; l < j; l++) {
            const rr = r[2 * (l + j * ldr)]!;
            const ri = r[2 * (l + j * ldr) + 1]!;
            const xr = x[2 * (i + l * ldx)]!;
            const xi = x[2 * (i + l * ldx) + 1]!;
            re -= xr * rr - xi * ri;
            im -= xr * ri + xi * rr;
          }
          x[2 * (i + j * ldx)] = re / diagonal;
          x[2 * (i + j * ldx) + 1] = im / diagonal;
        }
      }
    },
    solveTriangularLeft(n, m, r, ldr, conjugateTranspose, x, ldx) {
      const rows = Array.from({ length: n }, (_, i) => (conjugateTranspose ? i : n - 1 - i));
      for (let j = 0; j < m; j++)
        rows.forEach((i, done) => {
          let re = x[2 * (i + j * ldx)]!;
          let im = x[2 * (i + j * ldx) + 1]!;
          for (const l of rows.slice(0, done)) {
            const at = conjugateTranspose ? 2 * (l + i * ldr) : 2 * (i + l * ldr);
            const rr = r[at]!;
            const ri = conjugateTranspose ? -r[at + 1]! : r[at + 1]!;
            const xr = x[2 * (l + j * ldx)]!;
            const xi = x[2 * (l + j * ldx) + 1]!;
            re -= rr * xr - ri * xi;
            im -= rr * xi + ri * xr;
          }
          x[2 * (i + j * ldx)] = re / r[2 * (i + i * ldr)]!;
          x[2 * (i + j * ldx) + 1] = im / r[2 * (i + i * ldr)]!;
        });
    },
    eigh: jacobiEigh,

    columnNorms2(out, n, nBands, x) {
      for (let j = 0; j < nBands; j++) {
        let sum = 0;
        for (let i = 2 * n * j; i < 2 * n * (j + 1); i++) sum += x[i]! * x[i]!;
        out[j] = sum;
      }
    },
    columnDots(out, n, nBands, x, y) {
      for (let j = 0; j < nBands; j++) {
        let re = 0;
        let im = 0;
        for (let i = 2 * n * j; i < 2 * n * (j + 1); i += 2) {
          re += x[i]! * y[i]! + x[i + 1]! * y[i + 1]!;
          im += x[i]! * y[i + 1]! - x[i + 1]! * y[i]!;
        }
        out[2 * j] = re;
        out[2 * j + 1] = im;
      }
    },
    columnWeightedNorms2(out, n, nBands, d, x) {
      for (let j = 0; j < nBands; j++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += d[i]! * (x[2 * (i + n * j)]! ** 2 + x[2 * (i + n * j) + 1]! ** 2);
        out[j] = sum;
      }
    },
    scaleColumns(n, nBands, s, x) {
      for (let j = 0; j < nBands; j++) for (let i = 2 * n * j; i < 2 * n * (j + 1); i++) x[i]! *= s[j]!;
    },
    addScaledColumns(out, n, nBands, y, s, x) {
      for (let j = 0; j < nBands; j++)
        for (let i = 2 * n * j; i < 2 * n * (j + 1); i++) out[i] = y[i]! + s[j]! * x[i]!;
    },
    multiplyRows(out, n, nBands, d, x) {
      for (let j = 0; j < nBands; j++)
        for (let i = 0; i < n; i++) {
          const at = 2 * (i + n * j);
          out[at] = d[i]! * x[at]!;
          out[at + 1] = d[i]! * x[at + 1]!;
        }
    },
    tpa(n, nBands, t, s, x) {
      for (let j = 0; j < nBands; j++) {
        invariant(s[j]! > 0, () => `tpa: scale ${j} must be positive, got ${s[j]}`);
        for (let i = 0; i < n; i++) {
          const u = t[i]! / s[j]!;
          const low = 27 + u * (18 + u * (12 + u * 8));
          const factor = low / (low + 16 * u ** 4);
          x[2 * (i + n * j)]! *= factor;
          x[2 * (i + n * j) + 1]! *= factor;
        }
      }
    },
  };
  return { ...complex, real: embeddedReal(complex) };
}
