import type { Vec3 } from "../../common/vec3.ts";

/** Settings of a run. */
export interface Settings {
  /** [Ha] */
  readonly ecut: number;
  readonly kgrid: Vec3;
}
