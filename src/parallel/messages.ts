import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import type { BackendName } from "../kernels/kernels.ts";
import type { EigenRequest } from "../state/orbital-block.ts";
import type { ResponseRequest } from "../state/response-block.ts";
import type { EnclosureTask } from "./enclosure-host.ts";
import type { OrbitalsSpec } from "./orbitals.ts";

/** What the main thread asks of a worker; answers come in the same order. */
export type WorkerRequest =
  | { readonly call: "start"; readonly spec: OrbitalsSpec; readonly indices: readonly number[] }
  | { readonly call: "setPotential"; readonly potential: Float64Array }
  | { readonly call: "diagonalise"; readonly index: number; readonly request: EigenRequest }
  | {
      readonly call: "densities";
      readonly index: number;
      readonly sets: readonly Float64Array[];
      /** Grid points N. */
      readonly points: number;
    }
  | { readonly call: "energies"; readonly index: number; readonly weights: Float64Array }
  | { readonly call: "nonlocalForces"; readonly index: number; readonly weights: Float64Array }
  | { readonly call: "strain"; readonly index: number; readonly weights: Float64Array }
  | {
      readonly call: "response";
      readonly index: number;
      readonly request: ResponseRequest;
      readonly deltaPotential: Float64Array;
    }
  | { readonly call: "gradient"; readonly index: number }
  | {
      readonly call: "tangentPart";
      readonly index: number;
      readonly panel: Float64Array;
      readonly preconditioned: boolean;
    }
  | { readonly call: "retract"; readonly index: number; readonly panel: Float64Array }
  | { readonly call: "save"; readonly index: number }
  | { readonly call: "restore"; readonly index: number; readonly psi: Float64Array }
  | { readonly call: "peakMemory" }
  | { readonly call: "startEnclosures"; readonly problem: ExactProblem; readonly backend: BackendName }
  | { readonly call: "enclose"; readonly task: EnclosureTask };

export type WorkerReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
