import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { hasAse, PYTHON } from "../ase.ts";
import { BUILT } from "../built.ts";
import { needs } from "../needs.ts";

const hasPhonopy = hasAse && spawnSync(PYTHON, ["-c", "import phonopy"]).status === 0;

describePrograms("docs/python.md", 4, "python3-ase", hasAse);
describePrograms("docs/coming-from.md", 2, "python3-ase", hasAse);
describePrograms("docs/phonons.md", 2, "python3-phonopy", hasPhonopy);

/** Tests that the programs of a page, one after the other, print what stands below them. */
function describePrograms(page: string, count: number, packages: string, isThere: boolean): void {
  const title = `the programs of ${page}, one after the other, print what stands below them`;
  test.skipIf(!isThere)(needs(packages, isThere, title), () => {
    const guide = readFileSync(page, "utf8");
    const pairs = Array.from(
      guide.matchAll(/```python\n([\s\S]*?)```\s*```text\n([\s\S]*?)```/g),
      (match) => [match[1]!, match[2]!] as const,
    );
    expect(pairs.length).toBe(guide.split("```python\n").length - 1); // none without its output
    expect(pairs.length).toBe(count);
    const { status, stdout, stderr } = spawnSync(
      PYTHON,
      ["-c", pairs.map(([program]) => program).join("\n")],
      {
        encoding: "utf8",
        env: {
          ...process.env,
          PYTHONPATH: resolve("python"),
          PYTHONWARNINGS: "ignore",
          STILLWAVE_COMMAND: `${process.execPath} ${resolve(BUILT.main)}`,
        },
      },
    );
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toBe(pairs.map(([, output]) => output).join(""));
  });
}
