import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { moyoAnalyser } from "../model/moyo.ts";
import type { SymmetryAnalyser } from "../model/symmetry.ts";

/** The symmetry analyser with its WebAssembly module read from the installed package, where `fetch` takes no files. */
export async function loadMoyo(): Promise<SymmetryAnalyser> {
  const path = createRequire(import.meta.url).resolve("@spglib/moyo-wasm/moyo_wasm_bg.wasm");
  return moyoAnalyser(Uint8Array.from(await readFile(path)));
}
