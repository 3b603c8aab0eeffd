import { createKernels } from "../kernels/backends.ts";
import { type BlockHost, createBlockHost } from "./block-host.ts";
import type { WorkerReply, WorkerRequest } from "./messages.ts";
import { parentPort } from "./spawn.ts";

/** A thread that holds some of the blocks, or encloses levels, and answers one request at a time, in order. */
const port = await parentPort();
let host: BlockHost | undefined;
let enclosures: ReturnType<typeof import("./enclosure-host.ts").createEnclosureHost> | undefined;

/** One density for each set of weights, on its own: the blocks of all threads are added in their order. */
function densitiesOf(
  holder: BlockHost,
  { index, sets, points }: Extract<WorkerRequest, { call: "densities" }>,
): Float64Array[] {
  const parts = sets.map(() => new Float64Array(points));
  holder.addDensities(index, parts, sets);
  return parts;
}

async function answer(request: WorkerRequest): Promise<unknown> {
  if (request.call === "start") {
    host = createBlockHost(await createKernels(request.spec.backend), request.spec, request.indices);
    return null;
  }
  if (request.call === "startEnclosures") {
    const { createEnclosureHost } = await import("./enclosure-host.ts"); // threads without error bars need none of it
    enclosures = createEnclosureHost(request.problem, request.backend);
    return null;
  }
  if (request.call === "enclose") {
    if (enclosures === undefined) throw new Error("bug: worker asked before it was started");
    return enclosures.enclose(request.task);
  }
  if (host === undefined) throw new Error("bug: worker asked before it was started");
  switch (request.call) {
    case "setPotential":
      return host.setPotential(request.potential);
    case "diagonalise":
      return host.diagonalise(request.index, request.request);
    case "densities":
      return densitiesOf(host, request);
    case "energies":
      return host.energies(request.index, request.weights);
    case "nonlocalForces":
      return host.nonlocalForces(request.index, request.weights);
    case "strain":
      return host.strain(request.index, request.weights);
    case "response":
      return host.response(request.index, request.request, request.deltaPotential);
    case "gradient":
      return host.gradient(request.index);
    case "tangentPart":
      return host.tangentPart(request.index, request.panel, request.preconditioned);
    case "retract":
      return host.retract(request.index, request.panel);
    case "save":
      return host.save(request.index);
    case "restore":
      return host.restore(request.index, request.psi);
    case "peakMemory":
      return host.peakMemory();
  }
}

let queue = Promise.resolve();
port.onMessage((message) => {
  const { id, request } = message as { id: number; request: WorkerRequest };
  queue = queue.then(async () => {
    let reply: WorkerReply;
    try {
      reply = { id, value: (await answer(request)) ?? null };
    } catch (error) {
      const { name, message: text } = error instanceof Error ? error : new Error(String(error));
      reply = { id, error: { name, message: text } };
    }
    port.post(reply);
  });
});
