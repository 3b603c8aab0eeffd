import { availableParallelism } from "node:os";
import { ELEMENTS } from "../../../atoms/elements.ts";
import { findGth, GTH_FAMILIES, gthCharges } from "../../../atoms/gth/gth-table.ts";
import { systemMemory } from "../../../io/node-files.ts";
import type { BackendDescription } from "../../../kernels/backends.ts";
import { VERSION } from "../../../version.ts";
import { command } from "../../command.ts";
import { EXIT, type ExitCode, type Host } from "../../host.ts";
import { ASE_CALCULATOR, EXAMPLES_FOLDER } from "../../work/shipped.ts";

/** Where the second column begins. */
const INDENT = 20;

/** Prints what this installation has to work with. */
export const info = command({
  examples: [["stillwave info", "what to say when you report a problem"]],
  run: async ({ host }) => printInfo(host),
});

async function printInfo(host: Host): Promise<ExitCode> {
  const describeBackends = await host.engine(
    "backends",
    async () => (await import("../../../kernels/backends.ts")).describeBackends,
  );
  const backends = await describeBackends();
  const memory = `${(systemMemory() / 2 ** 30).toFixed(1)} GiB`;
  const rows: [string, string][] = [
    ["stillwave", VERSION],
    ["node", `${process.version} on ${process.platform} ${process.arch}`],
    ["threads", `${availableParallelism()}`],
    ["memory", memory],
    ...backends.map((backend): [string, string] => [`back end ${backend.name}`, describe(backend)]),
    ["default back end", isThere(backends, "native") ? "native for large cells, wasm for others" : "wasm"],
    ...GTH_FAMILIES.map((family): [string, string] => [`family ${family}`, familyText(family, INDENT)]),
    ["shipped jobs", EXAMPLES_FOLDER],
    ["ASE calculator", ASE_CALCULATOR],
  ];
  for (const [label, text] of rows) host.stdout.write(`${label.padEnd(INDENT)}${text}\n`);
  return EXIT.ok;
}

const isThere = (backends: readonly BackendDescription[], name: BackendDescription["name"]): boolean =>
  backends.some((backend) => backend.name === name && backend.available);

function describe({ available, features, reason }: BackendDescription): string {
  if (!available) return `not available: ${(reason ?? "no reason given").replace(/\s+/g, " ")}`;
  if (features === undefined) return "available";
  const { simd, fma, library } = features;
  const found = [
    ...(simd ? ["SIMD"] : []),
    ...(fma ? ["FMA"] : []),
    ...(library === undefined ? [] : [library]),
  ];
  return found.length === 0 ? "available" : `available, ${found.join(", ")}`;
}

/** Width of the lists of elements, in characters. */
const WIDTH = 80;

/** Lists how many elements a family has, and their valence charges, the plain name's first. */
function familyText(family: string, indent: number): string {
  const present = ELEMENTS.filter((element) => gthCharges(element, family).length > 0);
  const lines = [""];
  for (const element of present) {
    const plain = findGth(element, family).charge;
    const others = gthCharges(element, family).filter((charge) => charge !== plain);
    const word = `${element} ${plain}${others.length > 0 ? ` (${others.join(", ")})` : ""}`;
    const last = lines.at(-1)!;
    if (last.length + word.length + 2 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last}, ${word}`;
  }
  const list = lines.map((line) => `\n${" ".repeat(indent)}${line}`).join(",");
  return `${present.length} elements; valence electrons, in parentheses those to name, as in ${family}-q3:${list}`;
}
