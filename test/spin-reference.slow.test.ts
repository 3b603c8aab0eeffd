import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { close } from "./close.ts";
import { agreesWith, type Reference, type ReferenceJob } from "./reference.ts";

const FOLDER = new URL("./fixtures/abinit-spin/", import.meta.url);
const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as T;

/** ∫(ρ↑ − ρ↓) dr as the sum of occupations, Σ_k w_k Σ_n (f↑ − f↓). */
const momentOf = ({ kpoints }: Reference): number =>
  kpoints.reduce(
    (sum, { spin, weight, occupations }) =>
      sum + (spin === 0 ? 1 : -1) * weight! * occupations!.reduce((electrons, f) => electrons + f, 0),
    0,
  );

describe("ABINIT agrees on energies, bands of both spins, forces and the moment of", () => {
  test.each([
    ["iron", 3],
    ["iron-pbe", 1],
    ["oxygen-molecule", 1.9],
    ["chromium", 0],
  ])("%s", async (name, least) => {
    const reference = read<Reference>(`${name}.result.json`);
    expect(new Set(reference.kpoints.map(({ spin }) => spin))).toEqual(new Set([0, 1]));
    const { magnetisation, absoluteMagnetisation } = await agreesWith(
      read<ReferenceJob>(`${name}.job.json`),
      reference,
    );
    expect(magnetisation!).toBeGreaterThan(least - 0.1);
    // The moment is of first order in the density, of which the other program keeps an error of about 1e-7.
    close(magnetisation!, momentOf(reference), 1e-5, "moment");
    // An antiferromagnet has one that a sum would hide.
    expect(absoluteMagnetisation!).toBeGreaterThan(1);
  });
});
