import { BINARIES } from "./binary.generated.ts";

/** The two builds: plain 128-bit SIMD, and with relaxed SIMD for its fused multiply-add. */
export type Build = keyof typeof BINARIES;

/** Compiled modules, by build and kind of memory: the only state here, and it never changes meaning. */
const compiled = new Map<string, WebAssembly.Module>();

/** Whether this engine accepts a build as it is configured now. */
export const isSupported = (build: Build): boolean => WebAssembly.validate(binary(build, true));

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

/** The bytes of a build. Shared and unshared memory differ in one flag of the import: 3 or 1. */
function binary(build: Build, shared: boolean): Uint8Array<ArrayBuffer> {
  const { base64, memoryLimitsAt } = BINARIES[build];
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  if (!shared) bytes[memoryLimitsAt] = 1;
  return bytes;
}
