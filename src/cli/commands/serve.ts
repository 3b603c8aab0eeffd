import { requireOption } from "../../common/failure.ts";
import { type Given, type Options, text } from "../../common/options.ts";
import { plural } from "../../common/plural.ts";
import { answerServer, connectTo, type ServerAddress } from "../../io/ipi.ts";
import { resultText } from "../../io/result-json.ts";
import { SERVE_OPTIONS } from "../../job/tasks/serve/options.ts";
import type { ServeResult } from "../../job/tasks/serve/run-serve.ts";
import { workDetails } from "../output/details.ts";
import { json } from "../output/print-result.ts";
import { jobCommand } from "../work/job-command.ts";

const ADDRESS_OPTIONS = {
  socket: {
    ...text({ help: "where the server listens; port 31415 is usual", value: "HOST:PORT" }),
    rule: "must be a host and a port from 1 to 65535; localhost:31415 is usual",
    allows: (value) => inetAddress(value) !== undefined,
  },
  unix: text({
    help: "or the name of its Unix socket: NAME is /tmp/ipi_NAME, with a / it is a path",
    value: "NAME",
  }),
} as const satisfies Options;

/** Answers a server that moves the atoms of a job. */
export const serve = jobCommand({
  detail: "the steps of every self-consistent field and how long all took",
  options: { ...ADDRESS_OPTIONS, ...SERVE_OPTIONS, json: json("print the numbers to stdout, as JSON") },
  examples: [
    ["stillwave serve job.json --socket localhost:31415", "i-PI, or ASE's SocketIOCalculator(port=31415)"],
    ["stillwave serve job.json --unix silicon", "the same over /tmp/ipi_silicon"],
  ],
  load: async () => (await import("../../job/tasks/serve/run-serve.ts")).serveTask,
  async solve(serveTask, session, { run, show, signal }, { options, report }) {
    const { socket: _socket, unix: _unix, json: _json, ...own } = options;
    const address = addressOf(options);
    requireOption(
      address !== undefined,
      "serve",
      (name) => `${name("socket")}: must be given, or ${name("unix")} in place of it, got neither or both`,
    );
    const { onStep, onProgress: _progress, ...common } = run;
    let geometry = 1;
    return serveTask(session, {
      ...common,
      ...own,
      async converse(count, answer) {
        const socket = await connectTo(address, signal);
        report.note(`connected, ${plural(count, "atom")}: waiting for geometries`);
        try {
          await answerServer(
            socket,
            (bytes) =>
              new Promise((sent, failed) => {
                socket.write(bytes, (error) => (error ? failed(error) : sent()));
              }),
            count,
            answer,
          );
        } finally {
          socket.destroy();
        }
      },
      onStep: (row) => {
        if (report.level === "verbose") onStep(row);
        show(
          "geometries",
          `geometry ${geometry}, step ${row.step}, residual ${row.densityResidual.toExponential(1)}`,
        );
      },
      onGeometry(found) {
        report.note(
          `geometry ${geometry}: ${found.energy.toFixed(8)} Ha, ${plural(found.scfSteps, "SCF step")}`,
        );
        geometry++;
      },
    });
  },
  tell: (result, _, phases) => ({
    warnings: result.warnings,
    json: () => resultText(result),
    essential: () => `${verdict(result)}\n`,
    summary: () => `${verdict(result)}\n`,
    details: () => workDetails(phases, result.resources),
    failures: result.interrupted ? ["interrupted before the server had ended"] : [],
  }),
});

const verdict = ({ geometries, scfSteps }: ServeResult): string =>
  `answered for ${geometries === 1 ? "1 geometry" : `${geometries} geometries`} in ${plural(scfSteps, "SCF step")}`;

/** Where the server listens; undefined where not exactly one option says so. */
function addressOf({ socket, unix }: Given<typeof ADDRESS_OPTIONS>): ServerAddress | undefined {
  if (socket !== undefined) return unix === undefined ? inetAddress(socket) : undefined;
  return unix === undefined ? undefined : { path: unix.includes("/") ? unix : `/tmp/ipi_${unix}` };
}

/** Reads `localhost:31415` or `[::1]:31415`. */
function inetAddress(written: string): ServerAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(written) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65535 ? { host, port } : undefined;
}
