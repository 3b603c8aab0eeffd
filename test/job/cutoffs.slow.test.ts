import { expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { parsePseudopotential } from "../../src/atoms/read-pseudopotential.ts";
import { cutoffWarnings } from "../../src/job/prepare/cutoffs.ts";
import { toUpf } from "../atoms/pseudopotential-writers.ts";

test("a UPF file says in Ry what it asks for; half of it is low, and one that says nothing is not judged", () => {
  const suggesting = (cutoff: string, version: 1 | 2) => {
    const text = toUpf(findGth("Al", "gth-lda"), "SLA PW NOGX NOGC", version);
    const changed =
      version === 2
        ? text.replace(/wfc_cutoff="[^"]*"/, `wfc_cutoff="${cutoff}"`)
        : text.replace(/^.*(Suggested cutoff.*)$/m, `  ${cutoff} 120.0  $1`);
    expect(changed).not.toBe(text);
    return { species: [{ element: "Al", pseudopotential: parsePseudopotential(changed, "Al", "Al.upf") }] };
  };
  for (const version of [1, 2] as const) {
    const job = { pseudopotentials: { Al: "Al.upf" } };
    expect(cutoffWarnings({ ...job, ecut: 10 }, suggesting("20.0", version))).toEqual([]);
    expect(cutoffWarnings({ ...job, ecut: 4 }, suggesting("20.0", version))).toEqual([
      "ecut: 4 Ha is low for Al Al.upf, less than half of what the file asks for; 10 Ha is suggested",
    ]);
    expect(cutoffWarnings({ ...job, ecut: 4 }, suggesting("0.0", version))).toEqual([]);
    expect(() => cutoffWarnings({ ...job, ecut: 0.09 }, suggesting("20.0", version))).toThrow("at least 0.1");
  }
});
