import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { moyoAnalyser, moyoIdentifier, moyoSettings } from "../model/moyo.ts";
import type { SymmetryAnalyser } from "../model/symmetry.ts";

/**
 * Loads the symmetry analyser with its WebAssembly from the package; `fetch` takes no files here.
 */
export const loadMoyo = async (): Promise<SymmetryAnalyser> => moyoAnalyser(await moyoBytes());

/** The settings of the space groups, from the same module. */
export const loadSpaceGroups = async () => moyoSettings(await moyoBytes());

/** Numbers of space groups by their operations, from the same module. */
export const loadIdentifier = async () => moyoIdentifier(await moyoBytes());

async function moyoBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const path = createRequire(import.meta.url).resolve("@spglib/moyo-wasm/moyo_wasm_bg.wasm");
  return Uint8Array.from(await readFile(path));
}
