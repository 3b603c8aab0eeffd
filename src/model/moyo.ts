import initialise, { analyze_cell } from "@spglib/moyo-wasm";
import type { Mat3, Vec3 } from "../common/vec3.ts";
import { type SymmetryAnalyser, wrapped } from "./symmetry.ts";

/**
 * Symmetry analysis by the moyo library (WebAssembly).
 *
 * @param module bytes or address of its `moyo_wasm_bg.wasm`. Without it a browser fetches the file that lies beside
 * the library's script.
 */
export async function moyoAnalyser(module?: Uint8Array<ArrayBuffer> | URL): Promise<SymmetryAnalyser> {
  if (module === undefined) await initialise();
  else await initialise({ module_or_path: module });
  return (vectors, positions, kinds, tolerance) => {
    const cell = { lattice: { basis: vectors.flat() }, positions, numbers: kinds };
    const { operations } = analyze_cell(JSON.stringify(cell), tolerance, "Standard");
    return operations.map(({ rotation, translation }) => ({
      rotation: columnMajor(rotation),
      translation: wrapped(translation),
    }));
  };
}

/** moyo stores W column by column: W_ij is entry 3j + i. */
const columnMajor = (w: readonly number[]): Mat3 => {
  const row = (i: number): Vec3 => [w[i]!, w[3 + i]!, w[6 + i]!];
  return [row(0), row(1), row(2)];
};
