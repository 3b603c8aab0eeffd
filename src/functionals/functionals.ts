import { requireInput } from "../common/failure.ts";
import { didYouMean } from "../common/nearest.ts";
import type { Functional } from "./functional.ts";
import { ggaCPbe, ggaCPbeSol } from "./gga-c-pbe.ts";
import { ggaXB88, ggaXOptx, ggaXRpbe, ggaXWc } from "./gga-x-others.ts";
import { ggaXPbe, ggaXPbeR, ggaXPbeSol } from "./gga-x-pbe.ts";
import { ldaCPw, ldaCPwMod } from "./lda-c-pw.ts";
import { ldaCPz } from "./lda-c-pz.ts";
import { ldaCVwn } from "./lda-c-vwn.ts";
import { ldaX } from "./lda-x.ts";
import { ldaXcTeter93 } from "./lda-xc-teter93.ts";

/** Every functional, by libxc name. */
export const FUNCTIONALS: readonly Functional[] = [
  ldaX,
  ldaCPw,
  ldaCPwMod,
  ldaCPz,
  ldaCVwn,
  ldaXcTeter93,
  ggaXPbe,
  ggaXPbeR,
  ggaXPbeSol,
  ggaXRpbe,
  ggaXWc,
  ggaXB88,
  ggaXOptx,
  ggaCPbe,
  ggaCPbeSol,
];

/** Usual combinations; `none` is reduced Hartree–Fock. */
export const FUNCTIONAL_FAMILIES: Readonly<Record<string, readonly Functional[]>> = {
  "lda-pw92": [ldaX, ldaCPw],
  "lda-teter93": [ldaXcTeter93],
  "lda-vwn5": [ldaX, ldaCVwn],
  pbe: [ggaXPbe, ggaCPbe],
  none: [],
};

/**
 * The functionals whose sum a name, or a list of libxc names, stands for: `lda-pw92`, `lda-teter93`, `lda-vwn5`,
 * `pbe`, `none`, or e.g. `["gga_x_pbe_sol", "gga_c_pbe_sol"]`.
 *
 * @throws InputError for a name that is not known, or one given twice.
 */
export function functionals(names: string | readonly string[]): readonly Functional[] {
  if (typeof names === "string" && Object.hasOwn(FUNCTIONAL_FAMILIES, names))
    return FUNCTIONAL_FAMILIES[names]!;
  const list = typeof names === "string" ? [names] : names;
  const known = FUNCTIONALS.map(({ name }) => name);
  const families = typeof names === "string" ? Object.keys(FUNCTIONAL_FAMILIES) : [];
  return list.map((name, i) => {
    const found = FUNCTIONALS.find((functional) => functional.name === name);
    requireInput(
      found !== undefined,
      () =>
        `functional: unknown name ${name}${didYouMean(name, [...families, ...known])}; ` +
        `take ${Object.keys(FUNCTIONAL_FAMILIES).join(", ")}, or a list of ${known.join(", ")}`,
    );
    requireInput(
      list.indexOf(name) === i,
      () => `functional: every functional may be named once, got ${list.join(", ")}; remove a ${name}`,
    );
    return found;
  });
}
