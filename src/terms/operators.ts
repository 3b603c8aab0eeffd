import { invariant } from "../common/failure.ts";
import type { BlockSite, BlockTerm, Operator } from "./block-term.ts";
import { kineticAt } from "./kinetic/kinetic.ts";
import { magneticAt } from "./magnetic/magnetic.ts";
import { nonlocalAt } from "./nonlocal/nonlocal.ts";

/** Operators on the orbitals of a crystal besides the local potential. */
export const CRYSTAL_OPERATORS: readonly Operator[] = [{ kind: "kinetic" }, { kind: "nonlocal" }];

/** Whether an operator is real in a basis in which the crystal's Hamiltonian is. */
export const hasRealForm = (operator: Operator): boolean =>
  typeof operator !== "function" && (operator.kind === "kinetic" || operator.kind === "nonlocal");

/** Makes an operator at a k-point. */
export function blockTermOf(operator: Operator, site: BlockSite): BlockTerm {
  invariant(
    site.real === undefined || hasRealForm(operator),
    () => "an operator without a real form at a site of real coefficients",
  );
  if (typeof operator === "function") return operator(site);
  switch (operator.kind) {
    case "kinetic":
      return kineticAt(site);
    case "nonlocal":
      return nonlocalAt(site);
    case "magnetic":
      return magneticAt(site, operator.vectorPotential);
  }
}
