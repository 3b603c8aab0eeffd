import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { InputError } from "../common/failure.ts";
import { type MoyoSource, moyoAnalyser, moyoIdentifier, moyoSettings } from "../model/moyo.ts";
import type { SymmetryAnalyser } from "../model/symmetry.ts";

/**
 * The symmetry analyser with its WebAssembly module read from a file, by default the installed
 * package's: `fetch` takes no files.
 */
export const loadMoyo = async (module?: MoyoSource): Promise<SymmetryAnalyser> =>
  moyoAnalyser(await moyoBytes(module));

/** The settings of the space groups, from the same module. */
export const loadSpaceGroups = async (module?: MoyoSource) => moyoSettings(await moyoBytes(module));

/** Numbers of space groups by their operations, from the same module. */
export const loadIdentifier = async (module?: MoyoSource) => moyoIdentifier(await moyoBytes(module));

async function moyoBytes(given?: MoyoSource): Promise<Uint8Array<ArrayBuffer>> {
  if (given instanceof Uint8Array) return given;
  const module = given ?? createRequire(import.meta.url).resolve("@spglib/moyo-wasm/moyo_wasm_bg.wasm");
  try {
    return Uint8Array.from(await readFile(module instanceof URL ? module : pathOf(module)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new InputError(`symmetryModule: must be a file or its address, got ${module} (${reason})`);
  }
}

const pathOf = (file: string): string => (file.startsWith("file:") ? fileURLToPath(file) : file);
