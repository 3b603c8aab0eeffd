import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { BUILT } from "./built.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-slab-"));
afterAll(() => rmSync(folder, { recursive: true }));

const words = (line: string): string[] => line.trim().split(/\s+/);
/** The same word, or numbers that other processors may round otherwise. */
const isAlike = (told: string, found: string | undefined): boolean =>
  told === found || Math.abs(Number(told) - Number(found)) <= 0.02 * Math.abs(Number(told)) + 1e-5;

// Seen red: an error of 17.3 meV in the page put as 27.3.
test("the commands of docs/own-slab.md run one after the other and print what stands below them", () => {
  const guide = readFileSync("docs/own-slab.md", "utf8");
  copyFileSync("docs/own-slab/magnesium.cif", join(folder, "magnesium.cif"));
  const pairs = Array.from(guide.matchAll(/```sh\n([\s\S]*?)```\s*```text\n([\s\S]*?)```/g), (match) =>
    match.slice(1).map((block) => block.trim().split("\n")),
  );
  expect(pairs.length).toBe(5);
  for (const [commands, told] of pairs) {
    const output = commands!.map((command) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [resolve(BUILT.main), ...words(command).slice(2)],
        { cwd: folder, encoding: "utf8" },
      );
      expect(status, `${command}\n${stderr}`).toBe(0);
      for (const [, file] of command.matchAll(/ --(?:plot\S*|out|trajectory) (\S+)/g))
        expect(existsSync(join(folder, file!)), file).toBe(true);
      return stdout;
    });
    const lines = output.join("\n").split("\n").map(words);
    for (const line of told!)
      expect(
        lines.some((found) =>
          words(line).every((word, i) => isAlike(word.replace(/,$/, ""), found[i]?.replace(/,$/, ""))),
        ),
        line,
      ).toBe(true);
  }
});
