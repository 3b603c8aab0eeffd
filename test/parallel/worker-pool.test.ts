import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { connect } from "../../src/parallel/transport.ts";
import { workerPool } from "../../src/parallel/worker-pool.ts";
import { SILICON, to } from "../systems.ts";

/** Number of threads that this process has started so far, this one included. */
async function startedSoFar(): Promise<number> {
  const next = new Worker("", { eval: true });
  const { threadId } = next;
  await next.terminate();
  return threadId;
}
/** Counts the threads that `body` starts. */
async function started(body: () => Promise<unknown>): Promise<number> {
  const before = await startedSoFar();
  await body();
  return (await startedSoFar()) - before - 1;
}

const job = (ecut: number) => to(1e-4, { ...SILICON, ecut });
const energies = async (ecut: number, worker?: ReturnType<typeof workerPool>) =>
  (await runScf(job(ecut), { threads: 2, worker })).energies;

test("runs that share a pool start its workers once, and have the digits of runs alone", async () => {
  const pool = workerPool();
  expect(
    await started(async () => {
      const shared = [await energies(3, pool), await energies(4, pool), await energies(3, pool)];
      await pool.close();
      expect(shared[2]).toEqual(shared[0]);
      expect(await runScf(job(4)).then((alone) => alone.energies)).toEqual(shared[1]);
    }),
  ).toBe(2);
  expect(await started(async () => [await energies(3), await energies(3)])).toBe(4);
});

const peakMemory = { method: "peakMemory", given: [] } as const;

test("a worker that is closed amid a call or has failed is not lent again", async () => {
  const pool = workerPool();
  const first = connect(await pool.take());
  await expect(first.call(peakMemory)).rejects.toThrow(/before it was opened/); // it answers
  await first.close();
  expect(await started(async () => connect(await pool.take()).close())).toBe(0);
  const busy = connect(await pool.take());
  const call = expect(busy.call(peakMemory)).rejects.toThrow(/worker thread ended/);
  await busy.close();
  await call;
  expect(
    await started(async () => {
      const next = connect(await pool.take());
      await expect(next.call(peakMemory)).rejects.toThrow(/before it was opened/);
      await next.close();
    }),
  ).toBe(1);
  await pool.close();
});

test("a channel that is closed twice gives its worker back once", async () => {
  const pool = workerPool();
  const first = await pool.take();
  await first.terminate();
  const next = connect(await pool.take());
  await first.terminate(); // late, when the worker is another's
  await expect(next.call(peakMemory)).rejects.toThrow(/before it was opened/); // it still hears
  expect(
    await started(async () => {
      const other = connect(await pool.take());
      await expect(other.call(peakMemory)).rejects.toThrow(/before it was opened/);
      await other.close();
    }),
  ).toBe(1);
  await next.close();
  await pool.close();
});

test("workers that are lent when the pool closes end with their run", async () => {
  const pool = workerPool();
  const lent = await pool.take();
  await pool.close();
  const transport = connect(lent);
  await expect(transport.call(peakMemory)).rejects.toThrow(/before it was opened/);
  await transport.close();
  expect(await started(async () => (await pool.take()).terminate())).toBe(1); // nothing was kept
});
