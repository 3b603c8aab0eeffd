import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "vitest";
import { PYTHON, testWithAse } from "../ase.ts";

testWithAse("the programs of docs/python.md, one after the other, print what stands below them", () => {
  const guide = readFileSync("docs/python.md", "utf8");
  const pairs = Array.from(
    guide.matchAll(/```python\n([\s\S]*?)```\s*```text\n([\s\S]*?)```/g),
    (match) => [match[1]!, match[2]!] as const,
  );
  expect(pairs.length).toBe(guide.split("```python\n").length - 1); // none without its output
  expect(pairs.length).toBe(4);
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", pairs.map(([program]) => program).join("\n")], {
    encoding: "utf8",
    env: {
      ...process.env,
      PYTHONPATH: resolve("python"),
      PYTHONWARNINGS: "ignore",
      STILLWAVE_COMMAND: `${process.execPath} --import tsx ${resolve("src/cli/main.ts")}`,
    },
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toBe(pairs.map(([, output]) => output).join(""));
});
