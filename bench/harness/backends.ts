import { nativeKernels } from "../../src/kernels/native/native.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import type { Backend } from "./case.ts";

/** All back ends that run here; `reference` only on demand, it is slow by design. `absent` says why others are missing. */
export async function openBackends(
  withReference: boolean,
): Promise<{ readonly backends: Backend[]; readonly absent: Record<string, string> }> {
  const backends: Backend[] = [];
  const absent: Record<string, string> = {};
  const native = await nativeKernels();
  if ("unavailable" in native) absent.native = native.unavailable;
  else backends.push({ name: "native", kernels: native });
  for (const fma of [false, true]) {
    const name = fma ? "wasm-fma" : "wasm";
    try {
      const { wasmKernels } = await import("../../src/kernels/wasm/wasm.ts");
      const kernels = await wasmKernels({ fma });
      if (kernels.features.fma === fma) backends.push({ name, kernels });
      else absent[name] = `asked for fma ${fma}, got ${kernels.features.fma}`;
    } catch (error) {
      absent[name] = error instanceof Error ? error.message : String(error);
    }
  }
  if (withReference) backends.push({ name: "reference", kernels: referenceKernels() });
  return { backends, absent };
}
