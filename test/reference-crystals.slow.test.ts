import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { agreesWith, type Reference, type ReferenceJob } from "./reference.ts";

const FOLDER = new URL("./fixtures/abinit/", import.meta.url);
const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as T;
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".job.json"))
  .map((file) => file.replace(".job.json", ""));

describe("ABINIT agrees on energies, bands and forces of", () => {
  for (const name of names)
    test(name.replaceAll("-", " "), async () => {
      await agreesWith(read<ReferenceJob>(`${name}.job.json`), read<Reference>(`${name}.result.json`));
    });

  test("at least one crystal of every kind that other tests leave out", () => {
    expect(names).toEqual(
      expect.arrayContaining(["copper", "magnesium-hcp", "silicon-triclinic", "water", "zinc-sulfide"]),
    );
  });
});
