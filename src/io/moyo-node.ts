import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { InputError } from "../common/failure.ts";
import { type MoyoSource, moyoAnalyser, moyoIdentifier, moyoSettings } from "../model/moyo.ts";
import type { SymmetryAnalyser } from "../model/symmetry.ts";

/**
 * The symmetry analyser with its WebAssembly module read from a file, by default the installed
 * package's: `fetch` takes no files.
 */
export const loadMoyo = (module?: MoyoSource): Promise<SymmetryAnalyser> => started(moyoAnalyser, module);

/** The settings of the space groups, from the same module. */
export const loadSpaceGroups = (module?: MoyoSource) => started(moyoSettings, module);

/** Numbers of space groups by their operations, from the same module. */
export const loadIdentifier = (module?: MoyoSource) => started(moyoIdentifier, module);

/**
 * Work after which V8 optimises a function of WebAssembly: none of moyo's, and of later modules.
 * moyo has one of 110 kB that each analysis calls some twenty times; to optimise it took 0.2 s of
 * processor time and 50 MiB, ten analyses less.
 */
const NEVER = 2 ** 31 - 1;
const USUAL = 4_000_000;

/** Compiles moyo, which `start` does before it first waits, for few calls. */
async function started<T>(start: (module: MoyoSource) => Promise<T>, module?: MoyoSource): Promise<T> {
  const bytes = await moyoBytes(module);
  setFlagsFromString(`--wasm-tiering-budget=${NEVER}`);
  const begun = start(bytes);
  setFlagsFromString(`--wasm-tiering-budget=${USUAL}`);
  return begun;
}

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
