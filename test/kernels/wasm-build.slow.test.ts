import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compileKernels } from "../../scripts/kernels/compile.ts";
import { BINARIES } from "../../src/kernels/wasm/binary.generated.ts";

const assembly = fileURLToPath(new URL("../../src/kernels/wasm/assembly", import.meta.url));

for (const build of ["simd", "fma"] as const)
  test(`the committed ${build} binary is what the sources compile to, and small`, {
    timeout: 120_000,
  }, async () => {
    const bytes = await compileKernels(assembly, { relaxed: build === "fma" });
    expect(bytes.length).toBeGreaterThan(10_000);
    expect(bytes.length).toBeLessThan(120_000);
    expect(Buffer.from(bytes).toString("base64") === BINARIES[build].base64).toBe(true);
  });
