#!/usr/bin/env node
// Everything is loaded from here, so that a system that cannot open a file is told of in a line.
try {
  (await import("./engine.ts")).setEngine();
  const { runProcess } = await import("./process.ts");
  await runProcess();
} catch (error) {
  process.stderr.write(`stillwave: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

export {};
