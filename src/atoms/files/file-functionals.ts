/** How UPF files write functionals: by one short name, or by exchange, correlation and the gradient corrections of both. */
const UPF_NAMES: Readonly<Record<string, readonly string[]>> = {
  PZ: ["lda_x", "lda_c_pz"],
  LDA: ["lda_x", "lda_c_pz"],
  PW: ["lda_x", "lda_c_pw"],
  PBE: ["gga_x_pbe", "gga_c_pbe"],
  PBESOL: ["gga_x_pbe_sol", "gga_c_pbe_sol"],
  REVPBE: ["gga_x_pbe_r", "gga_c_pbe"],
  "SLA PZ NOGX NOGC": ["lda_x", "lda_c_pz"],
  "SLA PW NOGX NOGC": ["lda_x", "lda_c_pw"],
  "SLA VWN NOGX NOGC": ["lda_x", "lda_c_vwn"],
  "SLA PW PBE PBE": ["gga_x_pbe", "gga_c_pbe"],
  "SLA PW PBX PBC": ["gga_x_pbe", "gga_c_pbe"],
  "SLA PW PSX PSC": ["gga_x_pbe_sol", "gga_c_pbe_sol"],
  WC: ["gga_x_wc", "gga_c_pbe"],
  "SLA PW WCX PBC": ["gga_x_wc", "gga_c_pbe"],
  "SLA PW RPB PBC": ["gga_x_pbe_r", "gga_c_pbe"],
};

/** libxc names of a UPF functional, null for one that is not known here. */
export const upfFunctional = (written: string): readonly string[] | null =>
  UPF_NAMES[written.trim().toUpperCase().split(/[\s+-]+/).join(" ")] ?? null; // biome-ignore format: one key

/** ABINIT's own functional codes (positive), which stand in psp8 headers. */
const ABINIT_CODES: Readonly<Record<number, readonly string[]>> = {
  0: [],
  1: ["lda_xc_teter93"],
  2: ["lda_x", "lda_c_pz"],
  7: ["lda_x", "lda_c_pw"],
  11: ["gga_x_pbe", "gga_c_pbe"],
  14: ["gga_x_pbe_r", "gga_c_pbe"],
  15: ["gga_x_rpbe", "gga_c_pbe"],
  23: ["gga_x_wc", "gga_c_pbe"],
};

/** libxc's numbers of the functionals there are here. */
const LIBXC_CODES: Readonly<Record<number, string>> = {
  1: "lda_x",
  7: "lda_c_vwn",
  9: "lda_c_pz",
  12: "lda_c_pw",
  13: "lda_c_pw_mod",
  20: "lda_xc_teter93",
  101: "gga_x_pbe",
  102: "gga_x_pbe_r",
  106: "gga_x_b88",
  110: "gga_x_optx",
  116: "gga_x_pbe_sol",
  117: "gga_x_rpbe",
  118: "gga_x_wc",
  130: "gga_c_pbe",
  133: "gga_c_pbe_sol",
};

/**
 * libxc names of the functional number in a psp8 header: one of ABINIT's codes, or minus two libxc numbers of three
 * digits each, −101130 being 101 and 130. Null for one that is not known here.
 */
export function abinitFunctional(code: number): readonly string[] | null {
  if (code >= 0) return ABINIT_CODES[code] ?? null;
  const names = [Math.floor(-code / 1000), -code % 1000].filter((n) => n > 0).map((n) => LIBXC_CODES[n]);
  return names.every((name) => name !== undefined) ? names : null;
}
