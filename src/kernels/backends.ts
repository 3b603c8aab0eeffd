import { InputError } from "../common/failure.ts";
import type { BackendName, Kernels } from "./kernels.ts";

/** Makes a kernel instance of the back end asked for. @throws InputError if it is not available here, with the reason. */
export async function createKernels(backend: BackendName = "wasm"): Promise<Kernels> {
  if (backend === "reference") return (await import("./reference.ts")).referenceKernels();
  if (backend === "wasm") return (await import("./wasm/wasm.ts")).wasmKernels();
  const native = await (await import("./native/native.ts")).nativeKernels();
  if ("unavailable" in native)
    throw new InputError(`backend: native is not available here (${native.unavailable}); use wasm`);
  return native;
}

/** What `stillwave info` shows of one back end. */
export interface BackendDescription {
  readonly name: BackendName;
  readonly available: boolean;
  readonly features?: Kernels["features"];
  /** Why it is not available. */
  readonly reason?: string;
}

/** Tries every back end. */
export async function describeBackends(): Promise<BackendDescription[]> {
  const names: BackendName[] = ["wasm", "native", "reference"];
  return Promise.all(
    names.map(async (name) => {
      try {
        return { name, available: true, features: (await createKernels(name)).features };
      } catch (error) {
        return { name, available: false, reason: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}
