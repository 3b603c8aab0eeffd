import { readFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "assemblyscript/asc";
import { codeletSource } from "./codelets.ts";

/**
 * The kernels as one WebAssembly module with imported, shared memory of up to 4 GiB. The file `codelets.ts` that the
 * sources import exists only here: it is generated.
 */
export async function compileKernels(
  assembly: string,
  { relaxed }: { relaxed: boolean },
): Promise<Uint8Array> {
  const features = ["simd", "threads", ...(relaxed ? ["relaxed-simd"] : [])];
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(
    [
      ...["index.ts", "--outFile", "kernels.wasm", "--runtime", "stub", "--noAssert"],
      ...["-O3", "--enable", features.join(",")],
      ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
    ],
    {
      readFile: (name) => {
        if (name === "codelets.ts") return codeletSource();
        try {
          return readFileSync(join(assembly, name), "utf8");
        } catch {
          return null; // the compiler asks for names it only supposes
        }
      },
      writeFile: (name, contents) => {
        if (name === "kernels.wasm" && typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`asc: ${error?.message ?? "no output"}\n${stderr.toString()}`);
  return binary;
}

/** TypeScript that holds the builds as base64 text, and where the limits of the imported memory stand in each. */
export function generatedSource(builds: Readonly<Record<string, Uint8Array>>): string {
  const entries = Object.entries(builds).map(([name, bytes]) => {
    const base64 = Buffer.from(bytes).toString("base64");
    return `  ${name}: {\n    memoryLimitsAt: ${memoryLimitsAt(bytes)},\n    base64: "${base64}",\n  },`;
  });
  const names = Object.keys(builds).map((name) => `"${name}"`).join(" | "); // biome-ignore format: one line
  return [
    "// Written by scripts/build-kernels.ts from src/kernels/wasm/assembly. Do not edit.",
    // Of a literal the declarations would hold the whole text as its type.
    `export const BINARIES: Readonly<Record<${names}, { memoryLimitsAt: number; base64: string }>> = {`,
    ...entries,
    "};",
    "",
  ].join("\n");
}

/** Offset of the byte of flags (1 has a maximum, 2 is shared) of the imported memory [WebAssembly core, 5.3.8]. */
function memoryLimitsAt(bytes: Uint8Array): number {
  // "env", "memory", kind 2, flags 3: as the only import it stands once in the binary.
  const entry = [3, ...Buffer.from("env"), 6, ...Buffer.from("memory"), 2, 3];
  const at = Buffer.from(bytes).indexOf(Buffer.from(entry));
  if (at < 0) throw new Error("memoryLimitsAt: the binary imports no shared memory");
  return at + entry.length - 1;
}
