/**
 * Runs on several machines, started by `mpirun`; needs Node, Open MPI and the package koffi.
 *
 * @module mpi
 */

export { joinRanks } from "../parallel/mpi.ts";
