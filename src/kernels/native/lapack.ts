import { bind, type Koffi, type NativeFunction, openLibrary, UnavailableError } from "./library.ts";

/** Routines with the same arguments for both kinds of numbers; `heevd` has two more if complex. */
export interface DenseRoutines {
  readonly gemm: NativeFunction;
  /** The same product of float32 numbers. */
  readonly singleGemm: NativeFunction;
  readonly herk: NativeFunction;
  readonly trsm: NativeFunction;
  readonly potrf: NativeFunction;
  readonly heevd: NativeFunction;
}

/** Routines of BLAS and LAPACK by the Fortran calling convention (all arguments by address). */
export interface Lapack {
  readonly version: string;
  /** Processor generation whose code the library selected. */
  readonly core: string;
  /** zgemm, cgemm, zherk, ztrsm, zpotrf and zheevd. */
  readonly complex: DenseRoutines;
  /** dgemm, sgemm, dsyrk, dtrsm, dpotrf and dsyevd. */
  readonly real: DenseRoutines;
}

/**
 * Opens an OpenBLAS with LAPACK and sets it to one thread: parallelism is over k-points and bands.
 *
 * @throws UnavailableError if there is none, or if its integers have 64 bits.
 */
export function openLapack(koffi: Koffi, names: readonly string[]): Lapack {
  const library = openLibrary(koffi, names);
  const version = String(bind(library, "const char* openblas_get_config()")());
  if (version.includes("USE64BITINT"))
    throw new UnavailableError(`${names.join(", ")} has 64-bit integers; one with 32-bit integers is needed`);
  bind(library, "void openblas_set_num_threads(int threads)")(1);
  // Fortran passes the length of each character argument by value, after all others.
  const routine = (name: string, args: number, characters: number): NativeFunction => {
    const types = [
      ...Array<string>(characters).fill("const char*"),
      ...Array<string>(args - characters).fill("void*"),
      ...Array<string>(characters).fill("size_t"),
    ];
    return bind(library, `void ${name}(${types.join(", ")})`);
  };
  return {
    version: version.split(" ").slice(0, 2).join(" "),
    core: String(bind(library, "const char* openblas_get_corename()")()),
    complex: {
      gemm: routine("zgemm_", 13, 2),
      singleGemm: routine("cgemm_", 13, 2),
      herk: routine("zherk_", 10, 2),
      trsm: routine("ztrsm_", 11, 4),
      potrf: routine("zpotrf_", 5, 1),
      heevd: routine("zheevd_", 13, 2),
    },
    real: {
      gemm: routine("dgemm_", 13, 2),
      singleGemm: routine("sgemm_", 13, 2),
      herk: routine("dsyrk_", 10, 2),
      trsm: routine("dtrsm_", 11, 4),
      potrf: routine("dpotrf_", 5, 1),
      heevd: routine("dsyevd_", 11, 2),
    },
  };
}

type Six = [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];

/** Makes whole numbers for Fortran calls, which take them by address. */
export const integers = (): Six => Array.from({ length: 6 }, () => new Int32Array(1)) as Six;

/** Processors without fused multiply-add, by OpenBLAS's names. */
const WITHOUT_FMA =
  /^(generic|unknown|katmai|coppermine|northwood|prescott|banias|core2|penryn|dunnington|nehalem|atom|sandybridge|athlon|opteron|opteron_sse3|barcelona|bobcat|nano)$/i;

export const hasFma = (core: string): boolean => !WITHOUT_FMA.test(core);
