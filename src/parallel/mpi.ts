import { deserialize, serialize } from "node:v8";
import { InputError } from "../common/failure.ts";
import { bind, loadKoffi, openLibrary, UnavailableError } from "../kernels/native/library.ts";
import { OPEN_MPI, OTHER_MPIS, useRanks } from "./ranks.ts";
import { spawnWorker } from "./spawn.ts";
import { connect, type WorkerChannel } from "./transport.ts";

/*
 * Processes started by `mpirun`. The first one runs the program; the others hold threads for it,
 * reached by messages between two processes. Sums run in block order in the first process, so
 * that no digit depends on the number of processes.
 */

/**
 * Joins the processes that Open MPI's `mpirun` started together with this one. Returns in the
 * first of them; the others serve it until it ends, and end with it. Does nothing without `mpirun`.
 *
 * @throws InputError if another MPI started the processes, or if libmpi or koffi is missing.
 */
export async function joinRanks(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (!(Number(environment[OPEN_MPI]) > 1)) {
    for (const [variable, name] of Object.entries(OTHER_MPIS))
      if (Number(environment[variable]) > 1)
        throw new InputError(
          `mpirun: must be that of Open MPI, got ${name} (${variable}=${environment[variable]})`,
        );
    return;
  }
  const post = await openPost().catch((error: unknown) => {
    if (!(error instanceof UnavailableError)) throw error;
    throw new InputError(`mpirun: needs libmpi of Open MPI and koffi on every machine; ${error.message}`);
  });
  if (post.rank === 0) lead(post, Number(environment.OMPI_COMM_WORLD_LOCAL_SIZE ?? 1));
  else await serveFirst(post);
}

/** Message to or from a thread in another process. */
interface Letter {
  /** Number of the thread among all of the other processes. */
  readonly thread: number;
  readonly content?: unknown;
  /** Reason why the thread has ended unasked. */
  readonly failure?: string;
  /** Asks for the end of the thread. */
  readonly isLast?: true;
}

/** Makes the threads of other processes usable in the first one. */
function lead(post: Post, onThisMachine: number): void {
  const threads = new Map<number, (letter: Letter) => void>();
  let opened = 0;
  post.listen((_, message) => {
    const letter = message as Letter;
    threads.get(letter.thread)?.(letter);
  });
  process.on("exit", () => post.close());
  const channelTo = (rank: number): WorkerChannel => {
    const thread = opened++;
    const handlers = { message: (_: unknown) => {}, failure: (_: Error) => {} };
    threads.set(thread, ({ content, failure }) =>
      failure === undefined ? handlers.message(content) : handlers.failure(new Error(failure)),
    );
    return {
      post: (content) => post.send(rank, { thread, content } satisfies Letter),
      onMessage: (handle) => {
        handlers.message = handle;
      },
      onFailure: (handle) => {
        handlers.failure = handle;
      },
      async terminate() {
        threads.delete(thread);
        post.send(rank, { thread, isLast: true } satisfies Letter);
      },
    };
  };
  useRanks({ count: post.size, onThisMachine, connect: (rank) => connect(channelTo(rank)) });
}

/** Serves the first process with workers until it ends, then ends this process. */
async function serveFirst(post: Post): Promise<never> {
  // The first process decides what a signal means; it ends the others.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  const workers = new Map<number, Promise<WorkerChannel>>();
  const start = async (thread: number): Promise<WorkerChannel> => {
    const worker = await spawnWorker();
    worker.onMessage((content) => post.send(0, { thread, content } satisfies Letter));
    worker.onFailure(({ message }) => {
      if (workers.has(thread)) post.send(0, { thread, failure: message } satisfies Letter);
    });
    return worker;
  };
  post.listen((_, message) => {
    const { thread, content, isLast } = message as Letter;
    const worker = workers.get(thread) ?? start(thread);
    workers.set(thread, worker);
    if (isLast) workers.delete(thread);
    // Messages of one thread stay in order: they wait for the same promise.
    void worker.then((channel) => (isLast ? channel.terminate() : channel.post(content)));
  });
  return new Promise(() => {});
}

/** Messages of plain data between this process and others, in order for each pair. */
interface Post {
  readonly rank: number;
  readonly size: number;
  send(to: number, message: unknown): void;
  /** Begins to receive. In processes other than the first the end of the first ends this one. */
  listen(handle: (from: number, message: unknown) => void): void;
  /** Ends the other processes and MPI. */
  close(): void;
}

const ANY = -1;
/** Thread level of MPI at which the calls of one thread alone are allowed. */
const FUNNELED = 1;
const BYTES_OF_STATUS = 24;
const BYTES_OF_LENGTH = 8;
/** Most bytes of one MPI message, whose count is an int. */
const MOST_BYTES = 2 ** 30;
/** Time without messages after which looking for them makes pauses [ms]. */
const PATIENCE = 2;

/** @throws UnavailableError if koffi or Open MPI cannot be loaded. */
async function openPost(): Promise<Post> {
  const koffi = await loadKoffi();
  const library = openLibrary(koffi, ["libmpi.so.40", "libmpi.so"], { global: true });
  const [world, byte] = [library.symbol("ompi_mpi_comm_world"), library.symbol("ompi_mpi_byte")];
  const init = bind(library, "int MPI_Init_thread(void *argc, void *argv, int required, int *provided)");
  const commRank = bind(library, "int MPI_Comm_rank(void *comm, int *rank)");
  const commSize = bind(library, "int MPI_Comm_size(void *comm, int *size)");
  const probe = bind(library, "int MPI_Iprobe(int source, int tag, void *comm, int *flag, void *status)");
  const count = bind(library, "int MPI_Get_count(void *status, void *type, int *count)");
  const receive = bind(library, "int MPI_Recv(void *buffer, int count, void *type, int source, int tag, void *comm, void *status)"); // biome-ignore format: a prototype
  const send = bind(library, "int MPI_Isend(void *buffer, int count, void *type, int to, int tag, void *comm, void *request)"); // biome-ignore format: a prototype
  const test = bind(library, "int MPI_Test(void *request, int *flag, void *status)");
  const finalize = bind(library, "int MPI_Finalize()");

  const [flag, number] = [new Int32Array(1), new Int32Array(1)];
  const status = new Int32Array(BYTES_OF_STATUS / 4);
  init(null, null, FUNNELED, number);
  commRank(world, number);
  const rank = number[0]!;
  commSize(world, number);
  const size = number[0]!;

  /** Messages on their way, kept until MPI no longer reads them. */
  let sending: { readonly request: BigUint64Array; readonly bytes: Uint8Array }[] = [];
  const post = (to: number, bytes: Uint8Array): void => {
    const request = new BigUint64Array(1);
    send(bytes, bytes.length, byte, to, 0, world, request);
    sending.push({ request, bytes });
  };
  /** Advances messages on their way; returns whether one has arrived. */
  const advance = (): boolean => {
    const before = sending.length;
    sending = sending.filter(({ request }) => {
      test(request, flag, status);
      return flag[0] === 0;
    });
    return sending.length < before;
  };

  /** The message that each process is sending, as far as it is here. */
  const arriving = new Map<number, { readonly bytes: Uint8Array; filled: number }>();
  /** Receives one part; returns the message that it completes, or that nothing was there. */
  const take = (): { readonly from: number; readonly bytes?: Uint8Array } | undefined => {
    probe(ANY, 0, world, flag, status);
    if (flag[0] === 0) return undefined;
    const from = status[0]!;
    count(status, byte, number);
    const part = new Uint8Array(number[0]!);
    receive(part, part.length, byte, from, 0, world, status);
    let whole = arriving.get(from);
    let content = part;
    if (whole === undefined) {
      const length = new DataView(part.buffer).getFloat64(0);
      whole = { bytes: new Uint8Array(length), filled: 0 };
      arriving.set(from, whole);
      content = part.subarray(BYTES_OF_LENGTH);
    }
    whole.bytes.set(content, whole.filled);
    whole.filled += content.length;
    if (whole.filled < whole.bytes.length) return { from };
    arriving.delete(from);
    return { from, bytes: whole.bytes };
  };

  const sendBytes = (to: number, content: Uint8Array): void => {
    const framed = new Uint8Array(BYTES_OF_LENGTH + content.length);
    new DataView(framed.buffer).setFloat64(0, content.length);
    framed.set(content, BYTES_OF_LENGTH);
    for (let from = 0; from < framed.length; from += MOST_BYTES)
      post(to, framed.subarray(from, Math.min(from + MOST_BYTES, framed.length)));
  };
  const NOTHING = new Uint8Array(0);
  const close = () => {
    if (rank === 0) for (let to = 1; to < size; to++) sendBytes(to, NOTHING);
    while (sending.length > 0) {
      advance();
      take(); // answers to nobody, which would keep their senders waiting
    }
    finalize();
  };
  return {
    rank,
    size,
    send: (to, message) => sendBytes(to, serialize(withoutSharing(message))),
    listen(handle) {
      let last = performance.now();
      const look = () => {
        let isBusy = advance();
        for (let found = take(); found !== undefined; found = take()) {
          isBusy = true;
          const { from, bytes } = found;
          if (bytes?.length === 0) {
            close();
            process.exit(0);
          }
          if (bytes !== undefined) handle(from, deserialize(bytes));
        }
        const now = performance.now();
        if (isBusy) last = now;
        if (now - last < PATIENCE) return void setImmediate(look);
        const next = setTimeout(look, 1);
        if (rank === 0) next.unref(); // whoever waits for an answer has a worker of its own as well
      };
      look();
    },
    close,
  };
}

/** Returns the message with copies of arrays in shared memory, which cannot be sent elsewhere. */
function withoutSharing(value: unknown): unknown {
  if (value instanceof Float64Array)
    return value.buffer instanceof SharedArrayBuffer ? Float64Array.from(value) : value;
  if (Array.isArray(value)) return value.map(withoutSharing);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutSharing(entry)]));
}
