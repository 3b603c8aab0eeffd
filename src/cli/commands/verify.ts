import { resolve } from "node:path";
import { readLinesOf } from "../../io/node-files.ts";
import { COMPUTING_OPTIONS } from "../../job/prepare/session.ts";
import type { CertificateReport } from "../../job/tasks/verify/verify-certificate.ts";
import { command } from "../command.ts";
import { EXIT, type Host } from "../host.ts";
import { json, printResult } from "../output/print-result.ts";
import { levelOf, levelOptions } from "../terminal/level.ts";
import { reporter } from "../terminal/reporter.ts";
import { styled } from "../terminal/style.ts";
import { timeLeft } from "../terminal/time-left.ts";

/** Checks a certificate of error bars without the solver: 0 only if every enclosure stands, 1 if one does not, 2 for a damaged file. */
export const verify = command({
  args: [{ name: "<FILE>", help: "what bands --certificate wrote" }],
  options: {
    json: json("print the outcome as JSON"),
    backend: COMPUTING_OPTIONS.backend,
    ...levelOptions("what was found at every k-point"),
  },
  examples: [
    ["stillwave verify bands.certificate", "prove stored error bars again; 0 only if all of them stand"],
  ],
  async run({ args, options, host }) {
    const report = reporter(host.stderr, levelOf(options));
    const began = performance.now();
    const left = timeLeft();
    const points: string[] = [];
    const verifyCertificate = await host.engine(
      "verify",
      async () => (await import("../../job/tasks/verify/verify-certificate.ts")).verifyCertificate,
    );
    let found: CertificateReport;
    try {
      found = await verifyCertificate(readLinesOf(resolve(host.cwd, args[0]!)), {
        ...(options.backend === undefined ? {} : { backend: options.backend }),
        onPoint: (done, total, { k, widest, failures }) => {
          points.push(
            `k = [${k.join(", ")}]: ${failures === 0 ? "stands" : "does not stand"}, widest ${widest.toExponential(1)} Ha`,
          );
          report.line.show(`k-point ${done}/${total}${left(done, total)}`);
        },
      });
    } finally {
      report.line.clear();
    }
    const seconds = (performance.now() - began) / 1000;
    printResult(host, report, options.json, {
      json: () => jsonText(found, seconds),
      essential: () => essential(found),
      summary: () => summary(found, seconds, host),
      details: () => `${points.join("\n")}\n`,
    });
    return found.failures.length === 0 ? EXIT.ok : EXIT.error;
  },
});

/** All that `--quiet` leaves. */
const essential = ({ head, enclosures, failures }: CertificateReport): string =>
  failures.length === 0
    ? `every enclosure stands: ${enclosures} at ${head.points} k-points\n`
    : `not valid: ${failures.length} failures, the first at k = [${failures[0]!.k.join(", ")}], ${failures[0]!.reason}\n`;

function summary(
  { head, enclosures, widest, failures }: CertificateReport,
  seconds: number,
  host: Host,
): string {
  const paint = styled(host.stdout);
  const what = `${head.title ?? "untitled"}: ${head.problem.kind} problem, ${head.points} k-points, ${enclosures} enclosures of at most ${widest.toExponential(1)} Ha`;
  const verdict =
    failures.length === 0
      ? [
          `${paint("green", "every enclosure stands")}: proved again from the stored vectors in ${seconds.toFixed(1)} s, if`,
          ...head.assumptions.map((assumption) => `- ${assumption}`),
        ]
      : [
          ...failures.map(
            ({ k, reason }) => `${paint("red", "does not stand:")} k = [${k.join(", ")}], ${reason}`,
          ),
          `${failures.length} failures; the certificate is not valid`,
        ];
  return `${[what, ...verdict].join("\n")}\n`;
}

const jsonText = ({ head, enclosures, widest, failures }: CertificateReport, seconds: number): string =>
  `${JSON.stringify(
    {
      valid: failures.length === 0,
      title: head.title,
      problem: head.problem.kind,
      problemHash: head.problemHash,
      points: head.points,
      enclosures,
      widest,
      failures,
      assumptions: head.assumptions,
      seconds,
    },
    undefined,
    1,
  )}\n`;
