import { availableParallelism } from "node:os";
import { systemMemory } from "../io/node-files.ts";
import type { BackendDescription } from "../kernels/backends.ts";
import { ELEMENTS } from "../model/elements.ts";
import { GTH_FAMILIES, gthCharges } from "../model/gth-table.ts";
import { VERSION } from "../version.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { ASE_CALCULATOR, EXAMPLES_FOLDER } from "./shipped.ts";

/** Prints what this installation has to work with. */
export async function infoCommand(host: Host): Promise<ExitCode> {
  const backends = await host.engine.describeBackends();
  const memory = `${(systemMemory() / 2 ** 30).toFixed(1)} GiB`;
  const rows: [string, string][] = [
    ["stillwave", VERSION],
    ["node", `${process.version} on ${process.platform} ${process.arch}`],
    ["threads", `${availableParallelism()}`],
    ["memory", memory],
    ...backends.map((backend): [string, string] => [`back end ${backend.name}`, describe(backend)]),
    ...GTH_FAMILIES.map((family): [string, string] => [
      `family ${family}`,
      `${elementCount(family)} elements`,
    ]),
    ["shipped jobs", EXAMPLES_FOLDER],
    ["ASE calculator", ASE_CALCULATOR],
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  for (const [label, text] of rows) host.stdout.write(`${label.padEnd(width)}${text}\n`);
  return EXIT.ok;
}

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

const elementCount = (family: string): number =>
  ELEMENTS.filter((element) => gthCharges(element, family).length > 0).length;
