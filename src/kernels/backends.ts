import { InputError } from "../common/failure.ts";
import { isNode } from "../common/platform.ts";
import type { BackendName, Kernels } from "./kernels.ts";
import type { ExportsByName, SharedInstance, Team } from "./wasm/team.ts";

/**
 * Makes a kernel instance of a back end.
 *
 * @param team threads that share out large calls, where the back end can.
 * @throws InputError with the reason if the back end is not available here.
 */
export async function createKernels(backend: BackendName = "wasm", team?: Team): Promise<Kernels> {
  if (backend === "reference") return (await import("./reference.ts")).referenceKernels();
  if (backend === "wasm") return (await import("./wasm/wasm.ts")).wasmKernels({ team });
  if (!isNode)
    throw new InputError(
      "backend: native is not available here (a browser has no shared libraries); use wasm",
    );
  const native = await (await import("./native/native.ts")).nativeKernels({ team });
  if ("unavailable" in native)
    throw new InputError(`backend: native is not available here (${native.unavailable}); use wasm`);
  return native;
}

/** Plane waves times the square of bands from which OpenBLAS gains more than loading it costs. */
const WORTH_LIBRARY = 5e6;

/**
 * Returns the fastest back end here for panels of orbitals: `native` for large ones where its
 * library is found. Deno would ask whether it may be loaded, and Bun is not tried.
 */
export async function fastestBackend(planeWaves: number, bands: number): Promise<BackendName> {
  const isPlainNode = isNode && process.versions.deno === undefined && process.versions.bun === undefined;
  if (!isPlainNode || planeWaves * bands ** 2 < WORTH_LIBRARY) return "wasm";
  return (await (await import("./native/native.ts")).hasLibrary()) ? "native" : "wasm";
}

/** Returns what a thread that joins a team calls for an instance of another. */
export async function joinInstance({ code, memory }: SharedInstance): Promise<ExportsByName> {
  if (Array.isArray(code))
    return (await import("./native/native.ts")).sharedRoutines(code, memory as WebAssembly.Memory);
  return new WebAssembly.Instance(code as WebAssembly.Module, {
    env: { memory: memory as WebAssembly.Memory },
  }).exports;
}

/** One back end as `stillwave info` shows it. */
export interface BackendDescription {
  readonly name: BackendName;
  readonly available: boolean;
  readonly features?: Kernels["features"];
  /** Reason why it is not available. */
  readonly reason?: string;
}

/** Tries to make every back end. */
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
