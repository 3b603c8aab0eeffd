import type { ExportsByName } from "../wasm/team.ts";
import { type DenseRoutines, integers, type Lapack } from "./lapack.ts";
import { type Conversions, singleProduct } from "./single.ts";

/** A leading dimension as BLAS takes it: of a matrix without rows 1 instead of 0. */
export const leading = (ld: number): number => Math.max(1, ld);

/** Products and triangular solves of BLAS by value; flags are 0 and 1, and nothing is checked. */
export function blas({ gemm, trsm }: DenseRoutines) {
  const [i0, i1, i2, i3, i4, i5] = integers();
  const [factor, kept] = [new Float64Array(2), new Float64Array(2)];
  const solve = (
    side: "L" | "R",
    isConjugate: number,
    m: number,
    n: number,
    r: Float64Array,
    ldr: number,
    x: Float64Array,
    ldx: number,
  ): void => {
    i0[0] = m;
    i1[0] = n;
    i2[0] = leading(ldr);
    i3[0] = leading(ldx);
    factor[0] = 1;
    trsm(side, "U", isConjugate ? "C" : "N", "N", i0, i1, factor, r, i2, x, i3, 1, 1, 1, 1);
  };
  return {
    gemm(
      isConjA: number,
      isConjB: number,
      m: number,
      n: number,
      k: number,
      alpha: number,
      a: Float64Array,
      lda: number,
      b: Float64Array,
      ldb: number,
      beta: number,
      c: Float64Array,
      ldc: number,
    ): void {
      i0[0] = m;
      i1[0] = n;
      i2[0] = k;
      i3[0] = leading(lda);
      i4[0] = leading(ldb);
      i5[0] = leading(ldc);
      factor[0] = alpha;
      kept[0] = beta;
      const [opA, opB] = [isConjA ? "C" : "N", isConjB ? "C" : "N"];
      gemm(opA, opB, i0, i1, i2, factor, a, i3, b, i4, kept, c, i5, 1, 1);
    },
    /** X ← X R⁻¹, R upper triangular, X m × n. */
    solveRight(m: number, n: number, r: Float64Array, ldr: number, x: Float64Array, ldx: number): void {
      solve("R", 0, m, n, r, ldr, x, ldx);
    },
    /** X ← R⁻¹ X or R⁻ᴴ X. */
    solveLeft(...given: [number, number, number, Float64Array, number, Float64Array, number]): void {
      solve("L", ...given);
    },
  };
}

/** What threads share, with the places of arrays among its arguments. */
const SHARED = { gemm: [6, 8, 11], solveRight: [2, 4] } as const;
export type SharedRoutine = keyof typeof SHARED;

/** Returns the name of a routine for elements of `width` numbers. */
export const sharedName = (routine: SharedRoutine | "single", width: 1 | 2): string => `${routine}${width}`;

/** Returns the routines that threads share, with byte addresses in their memory for arrays. */
export function routinesAt(
  { real, complex }: Lapack,
  memory: WebAssembly.Memory,
  conversions: Conversions,
): ExportsByName {
  const routines = ([1, 2] as const).flatMap((width) => {
    const dense = width === 1 ? real : complex;
    const of = blas(dense);
    const double = (Object.keys(SHARED) as SharedRoutine[]).map((routine) => {
      const call = of[routine] as (...given: (number | Float64Array)[]) => void;
      const arrays: readonly number[] = SHARED[routine];
      const byAddress = (...given: number[]) =>
        call(...given.map((x, i) => (arrays.includes(i) ? new Float64Array(memory.buffer, x) : x)));
      return [sharedName(routine, width), byAddress] as const;
    });
    const single = singleProduct(dense.singleGemm, conversions, memory, width);
    return [...double, [sharedName("single", width), single] as const];
  });
  return Object.fromEntries(routines);
}
