import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** Analyses silicon in a process of its own and waits until its compilers may be done. */
const PROGRAM = `
const { loadMoyo } = await import("${new URL("../../src/io/moyo-node.ts", import.meta.url)}");
const analyse = await loadMoyo();
const vectors = [[0, 5.13, 5.13], [5.13, 0, 5.13], [5.13, 5.13, 0]];
for (let i = 0; i < 3; i++)
  if (analyse(vectors, [[0, 0, 0], [0.25, 0.25, 0.25]], [1, 1], 1e-5).length !== 48) process.exit(1);
await new Promise((resolve) => setTimeout(resolve, 500));
`;

test("V8 optimises no large function of moyo, the largest of which would take longer than any analysis", () => {
  const flags = ["--trace-wasm-compilation-times", "--import", "tsx", "--input-type=module"];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, "-e", PROGRAM], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const compiled = [...stdout.matchAll(/using (\w+),.* bodysize (\d+)/g)];
  const largest = (compiler: string) =>
    Math.max(0, ...compiled.filter((line) => line[1] === compiler).map((line) => Number(line[2])));
  expect(largest("Liftoff")).toBeGreaterThan(100_000);
  // Node's own module that finds names in CommonJS files may be optimised meanwhile, in functions of 2 kB.
  expect(largest("TurboFan")).toBeLessThan(10_000);
});
