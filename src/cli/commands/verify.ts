import { resolve } from "node:path";
import { text } from "../../common/options.ts";
import { aboveText } from "../../interval/decimal.ts";
import { readLinesOf, readTextFrom } from "../../io/node-files.ts";
import { COMPUTING_OPTIONS } from "../../job/prepare/session.ts";
import type { CertificateReport, CheckedPoint } from "../../job/tasks/verify/verify-certificate.ts";
import { command } from "../command.ts";
import { EXIT } from "../host.ts";
import {
  claimsText,
  failureText,
  placeText,
  verdictJson,
  verdictSummary,
} from "../output/certificate-summary.ts";
import { json, printResult } from "../output/print-result.ts";
import { levelOf, levelOptions } from "../terminal/level.ts";
import { reporter } from "../terminal/reporter.ts";
import { timeLeft } from "../terminal/time-left.ts";
import { loadJob } from "../work/job-source.ts";

/**
 * Checks a certificate of error bars or of an energy without a solver. Exit code 0 if every
 * enclosure holds, 1 if one does not, 2 for a damaged file or another job.
 */
export const verify = command({
  args: [{ name: "<FILE>", help: "what --certificate of bands or scf wrote" }],
  options: {
    job: text({
      help: "a job that it must be of: lattice, atoms, potentials, cutoff; of an energy also electrons and k-points",
      value: "JOB",
    }),
    json: json("print the outcome as JSON"),
    backend: COMPUTING_OPTIONS.backend,
    ...levelOptions("what was found and claimed at every k-point"),
  },
  examples: [
    ["stillwave verify bars.jsonl", "prove stored error bars again; 0 only if all of them stand"],
    ["stillwave verify bars.jsonl --job silicon.json", "and that they are those of this job"],
  ],
  async run({ args, options, host }) {
    const report = reporter(host.stderr, levelOf(options));
    const began = performance.now();
    const left = timeLeft();
    const points: CheckedPoint[] = [];
    const source = options.job === undefined ? undefined : await loadJob(options.job, host, "--job");
    const verifyCertificate = await host.engine(
      "verify",
      async () => (await import("../../job/tasks/verify/verify-certificate.ts")).verifyCertificate,
    );
    let found: CertificateReport;
    try {
      found = await verifyCertificate(readLinesOf(resolve(host.cwd, args[0]!)), {
        ...(options.backend === undefined ? {} : { backend: options.backend }),
        ...(source === undefined ? {} : { job: source.value, readText: readTextFrom(source.folder) }),
        onPoint: (done, total, point) => {
          points.push(point);
          report.line.show(`k-point ${done}/${total}${left(done, total)}`);
        },
      });
    } finally {
      report.line.clear();
    }
    const seconds = (performance.now() - began) / 1000;
    printResult(host, report, options.json, {
      json: () => verdictJson(found, seconds),
      essential: () => essential(found),
      summary: () => verdictSummary(found, seconds, host),
      details: () => `${points.map(details).join("\n")}\n`,
    });
    return found.failures.length === 0 ? EXIT.ok : EXIT.error;
  },
});

const details = ({ k, spin, failures, widest, claims }: CheckedPoint): string =>
  `${placeText({ k, spin })}: ${failures === 0 ? "stands" : "does not stand"}, widest ${aboveText(widest)} Ha: ${claimsText(claims)}`;

/** All that `--quiet` leaves. */
const essential = ({ head, enclosures, failures }: CertificateReport): string =>
  failures.length === 0
    ? `every enclosure stands: ${enclosures} at ${head.points} k-points\n`
    : `not valid: ${failures.length} failures, the first ${failureText(failures[0]!)}\n`;
