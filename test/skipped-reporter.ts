import type { Reporter, TestCase, TestModule } from "vitest/node";

const skippedOf = (modules: readonly TestModule[]): TestCase[] =>
  modules.flatMap((module) => [...module.children.allTests("skipped")]);

/** For want of what a test was skipped: the packages its title names, or the note it left. */
function reasonOf(test: TestCase): { readonly packages?: string; readonly note?: string } {
  const packages = /\[needs ([^\]]+)\]/.exec(test.fullName)?.[1];
  if (packages !== undefined) return { packages };
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return note === undefined ? {} : { note: `${test.fullName}: ${note}` };
}

/**
 * Closes a run with one line on the tests skipped for want of Debian packages, and one for each skipped for another
 * reason. A test skipped without a reason fails the run, unless only some tests were asked for (`.only`, `-t`).
 */
export default class SkippedReporter implements Reporter {
  #isWhole = true;

  onInit(vitest: Parameters<NonNullable<Reporter["onInit"]>>[0]): void {
    this.#isWhole = vitest.config.testNamePattern === undefined && process.env.CI !== undefined;
    this.#isWhole ||= vitest.config.testNamePattern === undefined && vitest.config.watch === false;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const test of skippedOf(modules)) {
      const { packages, note } = reasonOf(test);
      if (packages !== undefined) counts.set(packages, (counts.get(packages) ?? 0) + 1);
      else if (note !== undefined) console.log(`skipped: ${note}`);
      else if (this.#isWhole) {
        console.log(`skipped without a reason: ${test.fullName}`);
        process.exitCode = 1;
      }
    }
    if (counts.size === 0) return;
    const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
    const each = [...counts].map(([packages, n]) => `${n} need ${packages}`);
    console.log(
      `${total} tests skipped for want of Debian packages: ${each.join(", ")}; apt-get install ${[...new Set([...counts.keys()].flatMap((p) => p.split(" ")))].sort().join(" ")}`,
    );
  }
}
