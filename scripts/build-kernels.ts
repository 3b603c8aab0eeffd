/**
 * Compiles src/kernels/wasm/assembly to WebAssembly, with and without relaxed SIMD, and writes both, base64, to
 * src/kernels/wasm/binary.generated.ts.
 *
 *   npx tsx scripts/build-kernels.ts           write
 *   npx tsx scripts/build-kernels.ts --check   exit 1 if what is committed differs from what the sources give
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileKernels, generatedSource } from "./kernels/compile.ts";

const target = fileURLToPath(new URL("../src/kernels/wasm/binary.generated.ts", import.meta.url));
const assembly = join(target, "..", "assembly");

const builds = {
  simd: await compileKernels(assembly, { relaxed: false }),
  fma: await compileKernels(assembly, { relaxed: true }),
};
const source = generatedSource(builds);
const sizes = Object.entries(builds)
  .map(([name, bytes]) => `${name} ${bytes.length} bytes`)
  .join(", ");

if (process.argv.includes("--check")) {
  const isCurrent = readFileSync(target, "utf8") === source;
  console.log(
    isCurrent
      ? `${sizes}: up to date`
      : `${sizes}: differ from ${target}; run npx tsx scripts/build-kernels.ts`,
  );
  process.exitCode = isCurrent ? 0 : 1;
} else {
  writeFileSync(target, source);
  console.log(`${sizes}: written to ${target}`);
}
