/**
 * Writes src/atoms/gth/gth-table.generated.ts from CP2K's collection of GTH potentials:
 *
 *   npx tsx scripts/import-gth.ts /usr/share/cp2k/GTH_POTENTIALS
 */
import { readFileSync, writeFileSync } from "node:fs";
import { type GthEntry, parseGth } from "../src/atoms/gth/gth-format.ts";
import type { GthPotential } from "../src/atoms/pseudopotential.ts";
import { requireInput } from "../src/common/failure.ts";

const source = process.argv[2];
requireInput(source !== undefined, () => "import-gth: path of GTH_POTENTIALS expected, got nothing");
const potentials = parseGth(readFileSync(source, "utf8"));

/** Whether the table calls the entry by the name of its family alone, beside that with its charge. */
const isPlain = (prefix: string, { otherNames }: GthEntry): boolean => otherNames.includes(prefix);

function line({ element, charge, rloc, c, channels }: GthPotential): string {
  const local = [rloc, ...c].join(" ");
  const nonlocal = channels.map(({ r, h }) => [r, ...h.flatMap((row, i) => row.slice(i))].join(" "));
  return [`${element} ${charge}`, local, ...nonlocal].join("|");
}

function table(prefix: string): string {
  const all = potentials.filter(({ name, charge }) => name === `${prefix}-q${charge}`);
  const elements = [...new Set(all.map(({ element }) => element))];
  const chosen = elements.flatMap((element) => {
    const mine = all.filter((entry) => entry.element === element);
    const plain = mine.filter((entry) => isPlain(prefix, entry));
    requireInput(
      plain.length === 1 || mine.length === 1,
      () => `import-gth: one ${prefix} entry of ${element} with the plain name expected, got ${plain.length}`,
    );
    return [...plain, ...mine.filter((entry) => !plain.includes(entry))];
  });
  const keys = chosen.map(({ element, charge }) => `${element} ${charge}`);
  requireInput(
    chosen.length > 0 && new Set(keys).size === keys.length,
    () => `import-gth: every ${prefix} entry once expected, got ${keys.join(", ")}`,
  );
  return chosen.map(line).join("\n");
}

writeFileSync(
  new URL("../src/atoms/gth/gth-table.generated.ts", import.meta.url),
  `// Made by scripts/import-gth.ts from the GTH_POTENTIALS of CP2K (M. Krack); format in gth-table.ts.
export const GTH_LDA: string = \`${table("GTH-PADE")}\`;

export const GTH_PBE: string = \`${table("GTH-PBE")}\`;
`,
);
