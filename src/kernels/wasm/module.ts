import { fromBase64 } from "../../common/base64.ts";
import { BINARIES } from "./binary.generated.ts";

/** Plain 128-bit SIMD, or with the fused multiply-add of relaxed SIMD. */
export type Build = keyof typeof BINARIES;

/** Cache of compiled modules by build and kind of memory, the only state of this module. */
const compiled = new Map<string, WebAssembly.Module>();

/** () → v128 whose body is one f64x2.relaxed_madd, the instruction in which the builds differ. */
const RELAXED_MADD = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 0x60, 0, 1, 0x7b], // types: () → v128
  ...[3, 2, 1, 0], // functions: one of that type
  // three splats, one madd
  ...[10, 19, 1, 17, 0, ...[1, 2, 3].flatMap((x) => [0x41, x, 0xfd, 0x0f]), 0xfd, 0x87, 2, 0x0b],
);

/** Whether this engine accepts a build now; validates the instruction, not the build. */
export const isSupported = (build: Build): boolean => build === "simd" || WebAssembly.validate(RELAXED_MADD);

export async function compileModule(build: Build, shared: boolean): Promise<WebAssembly.Module> {
  const key = `${build} ${shared}`;
  const module = compiled.get(key) ?? (await WebAssembly.compile(binary(build, shared)));
  compiled.set(key, module);
  return module;
}

export function compileModuleSync(build: Build, shared: boolean): WebAssembly.Module {
  const key = `${build} ${shared}`;
  const module = compiled.get(key) ?? new WebAssembly.Module(binary(build, shared));
  compiled.set(key, module);
  return module;
}

/** Returns the bytes of a build. The flag of the memory import is 3 if shared, else 1. */
function binary(build: Build, shared: boolean): Uint8Array<ArrayBuffer> {
  const { base64, memoryLimitsAt } = BINARIES[build];
  const bytes = fromBase64(base64);
  if (!shared) bytes[memoryLimitsAt] = 1;
  return bytes;
}
