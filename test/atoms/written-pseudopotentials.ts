import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { toPsp8, toUpf } from "./pseudopotential-writers.ts";

/** Files that other programs were given as well: GTH potentials on a mesh, some with a core added, which nobody publishes. */
export const WRITTEN: Readonly<Record<string, () => string>> = {
  "written-Si-core.psp8": () => toPsp8(findGth("Si", "gth-lda"), -1012, { electrons: 2, width: 0.9 }),
  "written-Si-core.UPF": () =>
    toUpf(findGth("Si", "gth-lda"), "SLA PW NOGX NOGC", 2, { electrons: 2, width: 0.9 }),
  "written-O-pbe.psp8": () => toPsp8(findGth("O", "gth-pbe"), 11, { electrons: 1, width: 0.5 }),
  "written-H-pbe.psp8": () => toPsp8(findGth("H", "gth-pbe"), 11),
};
