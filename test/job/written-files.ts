import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { toPsp8, toUpf } from "../atoms/pseudopotential-writers.ts";

const PW92 = -1012;
const files: Readonly<Record<string, string>> = {
  "Al.psp8": toPsp8(findGth("Al", "gth-lda"), PW92),
  "Al.upf": toUpf(findGth("Al", "gth-lda"), "SLA PW NOGX NOGC", 2),
  "Si-core.psp8": toPsp8(findGth("Si", "gth-lda"), PW92, { electrons: 2, width: 0.9 }),
  "Si-core.upf": toUpf(findGth("Si", "gth-lda"), "SLA PW NOGX NOGC", 1, { electrons: 2, width: 0.9 }),
  "Si-pbe.psp8": toPsp8(findGth("Si", "gth-pbe"), 11, { electrons: 2, width: 0.9 }),
  "Si-other.upf": toUpf(findGth("Si", "gth-lda"), "SLA PW TPSS TPSS", 2),
};
/** Reads GTH potentials written as files of two formats, some with the density of a core. */
export const readText = async (path: string): Promise<string> => {
  const text = files[path];
  if (text === undefined) throw new Error(`no ${path}`);
  return text;
};
