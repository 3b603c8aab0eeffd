import { describe, expect, test } from "vitest";
import { abinitFunctional, upfFunctional } from "../../src/atoms/files/file-functionals.ts";
import { digestOf, fortranNumber } from "../../src/atoms/files/file-numbers.ts";
import { parsePsp8 } from "../../src/atoms/files/psp8.ts";
import { parseUpf } from "../../src/atoms/files/upf.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { nonlocalChannels, projectorFourier } from "../../src/atoms/pseudopotential-formulas.ts";
import { parsePseudopotential } from "../../src/atoms/read-pseudopotential.ts";
import { close } from "../close.ts";
import { toPsp8, toUpf } from "./pseudopotential-writers.ts";

const al = findGth("Al", "gth-lda");
const upf2 = toUpf(al, "SLA PZ NOGX NOGC", 2);
const upf1 = toUpf(al, "SLA PZ NOGX NOGC", 1);
const psp8 = toPsp8(al, 2);

test("numbers as Fortran writes them", () => {
  const cases: [string, number][] = [
    ["1.5", 1.5],
    ["-.5D-3", -0.5e-3],
    ["1.25d+02", 125],
    ["1.5-103", 1.5e-103],
    ["2.+100", 2e100],
  ];
  for (const [text, value] of cases) expect(fortranNumber(text)).toBe(value);
  for (const text of ["", "x", "1.5e", "--1", "1-2-3"]) expect(fortranNumber(text)).toBeNaN();
});

test("functionals are known by what files call them", () => {
  expect(upfFunctional(" SLA  PW   PBE  PBE")).toEqual(["gga_x_pbe", "gga_c_pbe"]);
  expect(upfFunctional("sla+pz+nogx+nogc")).toEqual(["lda_x", "lda_c_pz"]);
  expect(upfFunctional("PBE")).toEqual(["gga_x_pbe", "gga_c_pbe"]);
  expect(upfFunctional("SLA-PW-PBX-PBC")).toEqual(["gga_x_pbe", "gga_c_pbe"]);
  expect(upfFunctional(" SLA  LYP  B88  BLYP")).toEqual(["gga_x_b88", "gga_c_lyp"]);
  expect(upfFunctional("BP")).toEqual(["gga_x_b88", "gga_c_p86"]);
  expect(upfFunctional("SLA PW GGX GGC")).toEqual(["gga_x_pw91", "gga_c_pw91"]);
  expect(upfFunctional("VWN-RPA")).toEqual(["lda_x", "lda_c_vwn_rpa"]);
  expect(upfFunctional("SLA WIG NOGX NOGC")).toEqual(["lda_x", "lda_c_wigner"]);
  expect(upfFunctional("SLA LYP NOGX NOGC")).toBeNull();
  expect(upfFunctional("SLA PW TPSS TPSS")).toBeNull();
  expect(abinitFunctional(11)).toEqual(["gga_x_pbe", "gga_c_pbe"]);
  expect(abinitFunctional(-1012)).toEqual(["lda_x", "lda_c_pw"]);
  expect(abinitFunctional(-101130)).toEqual(["gga_x_pbe", "gga_c_pbe"]);
  expect(abinitFunctional(-20)).toEqual(["lda_xc_teter93"]);
  expect(abinitFunctional(-202231)).toBeNull();
  expect(abinitFunctional(23)).toEqual(["gga_x_wc", "gga_c_pbe"]);
  expect(abinitFunctional(15)).toEqual(["gga_x_rpbe", "gga_c_pbe"]);
  expect(upfFunctional("SLA PW WCX PBC")).toEqual(["gga_x_wc", "gga_c_pbe"]);
  expect(abinitFunctional(26)).toBeNull();
  expect(abinitFunctional(-106131)).toEqual(["gga_x_b88", "gga_c_lyp"]);
  expect(abinitFunctional(4)).toEqual(["lda_x", "lda_c_wigner"]);
});

test("a digest tells texts apart that differ in one letter", () => {
  expect(digestOf(psp8)).toBe(digestOf(psp8));
  expect(digestOf(psp8)).not.toBe(digestOf(psp8.replace("8", "9")));
});

test("the format shows in the text, whatever the name", () => {
  for (const text of [upf1, upf2, psp8])
    expect(parsePseudopotential(text, "Al", "potential.dat").kind).toBe("numeric");
  const cp2k = "Al GTH-PADE-q3\n 2 1\n 0.45 1 -8.49\n 1\n 0.46 1 5.08\n";
  expect(parsePseudopotential(cp2k, "Al", "potential.psp8").kind).toBe("gth");
  expect(() => parsePseudopotential(psp8, "Si", "x.psp8")).toThrow(
    'pseudopotentials.Si: must be a file with an entry for Si, got "x.psp8"; it has Al',
  );
  expect(() => parsePseudopotential(cp2k, "Si", "GTH")).toThrow('got "GTH"; it has none');
});

test("of several GTH entries the one with the plain name is taken; families that are mixed are refused", () => {
  const entry = (names: string, charge: number) => `Cu ${names}\n ${charge}\n 0.5 0\n 0\n`;
  const [small, large] = [entry("GTH-PBE-q1", 1), entry("GTH-PBE-q11 GTH-PBE", 11)];
  expect(parsePseudopotential(small + large, "Cu", "cu.gth")).toMatchObject({
    charge: 11,
    name: "GTH-PBE-q11",
  });
  expect(parsePseudopotential(small, "Cu", "cu.gth")).toMatchObject({ charge: 1 });
  for (const text of [large + entry("GTH-BLYP-q11 GTH-BLYP", 11), small + entry("GTH-PBE-q19", 19)])
    expect(() => parsePseudopotential(text, "Cu", "cu.gth")).toThrow(
      /^pseudopotentials\.Cu: cu\.gth: must hold one entry for Cu, .* got GTH-.*, GTH-.*; keep the one you mean/,
    );
});

test("messages about a file begin with the job's field", () => {
  for (const [text, message] of [
    ["", "got an empty file"],
    ["<!DOCTYPE html><html><body>404 Not Found</body></html>", "got a web page"],
    [upf2.replace('pseudo_type="NC"', 'pseudo_type="US"'), "pseudo_type: must be NC"],
    [psp8.replace("\n8 2", "\n6 2"), "pspcod: must be 8"],
  ] as const)
    expect(() => parsePseudopotential(text, "Al", "files/Al.x")).toThrow(
      new RegExp(`^pseudopotentials\\.Al: files/Al\\.x[: ].*${message}`),
    );
});

test("of a fully relativistic psp8 the scalar part is taken, and a local potential may stand among the projectors", () => {
  const lines = psp8.split("\n");
  const spinOrbit = lines.indexOf("4") + 802;
  const so = Array.from({ length: 801 }, (_, i) => `${i + 1} ${i / 100} 7 7`);
  const relativistic = [
    ...lines.slice(0, 5),
    "2 extension_switch",
    "2 nprojso",
    ...lines.slice(6, spinOrbit),
    "1 5.0 6.0",
    ...so,
    ...lines.slice(spinOrbit),
  ].join("\n");
  const [plain, scalar] = [parsePsp8(psp8, "f"), parsePsp8(relativistic, "f")];
  expect(scalar.channels).toEqual(plain.channels);
  expect(scalar.local).toEqual(plain.local);
  // l = 1 as the local one: its block takes the place of the projectors of l = 1.
  const one = lines.findIndex((line) => /^1 \S+$/.test(line));
  const among = [
    ...lines.slice(0, 2),
    lines[2]!.replace("8 2 1 4", "8 2 1 1"),
    lines[3],
    "2 0 nproj",
    lines[5],
    ...lines.slice(6, one),
    "1",
    ...lines.slice(spinOrbit - 801),
  ].join("\n");
  const found = parsePsp8(among, "f");
  expect(nonlocalChannels(found).map(({ h }) => h.length)).toEqual([2, 0]);
  expect(found.local).toEqual(plain.local);
  // Where all projectors end is another place now: what is left of the Gaussian there.
  close(projectorFourier(found, 0, 2, 1.3), projectorFourier(plain, 0, 2, 1.3), 1e-9);
});

/** The projectors of upf2 with another end: its three sections get a cutoff_radius_index each. */
const endingAt = (...ends: readonly number[]) => {
  let next = 0;
  const text = upf2.replace(/ cutoff_radius_index="[^"]*"/g, "");
  return parseUpf(
    text.replace(/<PP_BETA\.\d/g, (tag) => `${tag} cutoff_radius_index="${ends[next++ % ends.length]}"`),
    "Al.upf",
  );
};

// pw.x 6.7 gives one energy for 299 and 300 in Si.pz-vbc.UPF, another for 301, and for 299 in one of two projectors that of the other.
test("projectors end with an odd number of points, all at the largest index of the file", () => {
  const at = (...ends: number[]) => projectorFourier(endingAt(...ends), 0, 1, 1.3);
  expect(at(600)).toBe(at(599));
  expect(at(601)).not.toBe(at(599));
  expect(at(599, 601, 600)).toBe(at(601));
});

describe("what cannot be used is refused in one line with file, place and rule", () => {
  const upf = (from: string | RegExp, to: string) => () => parseUpf(upf2.replace(from, to), "Al.upf");
  const old = (from: string | RegExp, to: string) => () => parseUpf(upf1.replace(from, to), "Al.upf");
  const psp = (from: string | RegExp, to: string) => () => parsePsp8(psp8.replace(from, to), "Al.psp8");
  const cases: [string, () => unknown, string][] = [
    ["ultrasoft", upf('pseudo_type="NC"', 'pseudo_type="US"'), "Al.upf PP_HEADER: pseudo_type: must be NC (norm-conserving), got US; ultrasoft and PAW"],
    ["PAW", upf('pseudo_type="NC"', "pseudo_type='PAW'"), "got PAW"],
    ["ultrasoft in version 1", old("   NC  ", "   US  "), "Al.upf PP_HEADER: pseudo_type: must be NC (norm-conserving), got US"],
    ["spin-orbit", upf('has_so="F"', 'has_so=".TRUE."'), "Al.upf PP_HEADER: has_so: must be false, got true; take the scalar relativistic"],
    ["spin-orbit in version 1", (() => parseUpf(`${upf1}<PP_ADDINFO>\n</PP_ADDINFO>`, "f")), "has_so: must be false"],
    ["1/r", upf('is_coulomb="F"', 'is_coulomb="T"'), "is_coulomb: must be false"],
    ["no element", upf('element="Al"', 'element="Xx"'), "Al.upf PP_HEADER: element: must be a chemical symbol, got Xx"],
    ["no charge", upf(/z_valence="3"/, 'z_valence="three"'), "Al.upf PP_HEADER: z_valence: must be a number, got three"],
    ["negative charge", upf(/z_valence="3"/, 'z_valence="-3"'), "z_valence: must be a positive number of electrons, got -3"],
    ["attribute missing", upf(/ functional="[^"]*"/, ""), "Al.upf PP_HEADER: must have an attribute functional, got none"],
    ["section missing", upf(/<(\/?)PP_LOCAL>/g, "<$1PP_LOKAL>"), "Al.upf: must have a section PP_LOCAL, got none"],
    ["section cut", upf(/(<PP_LOCAL>\n)[\s\S]*?(<\/PP_LOCAL>)/, "$11.0 2.0\n$2"), "Al.upf PP_LOCAL: must hold"],
    ["no number", upf(/(<PP_R>\n)\S+/, "$1NaN"), "Al.upf PP_R: number 1 must be one, got NaN"],
    ["mesh descends", upf(/(<PP_R>\n)\S+/, "$13.0"), "Al.upf PP_MESH: PP_R: radii must ascend"],
    ["coupling across l", upf(/(<PP_DIJ>\n\S+ \S+ )\S+/, "$10.5"), "Al.upf PP_NONLOCAL: PP_DIJ: only projectors of one l may couple, got D(1, 3) = 0.5"],
    ["coupling not symmetric", upf(/(<PP_DIJ>\n\S+ )\S+/, "$10.5"), "PP_DIJ: must be symmetric"],
    ["l too large", upf('angular_momentum="1"', 'angular_momentum="7"'), "Al.upf PP_BETA.3: angular momentum must be 0 to 3, got 7"],
    ["projectors fewer", old(/<PP_BETA>[\s\S]*?<\/PP_BETA>/, ""), "Al.upf PP_NONLOCAL: must hold 3 sections PP_BETA as PP_HEADER says, got 2"],
    ["valence charge against the tail", upf(/z_valence="3"/, 'z_valence="4"'), "Al.upf PP_LOCAL: must end as -2Z/r with the 4 valence electrons of PP_HEADER, got 3.00000"],
    ["projectors fewer in version 2", upf('number_of_proj="3"', 'number_of_proj="2"'), "Al.upf PP_NONLOCAL: must hold 2 sections PP_BETA as PP_HEADER says, got 3"],
    ["projectors unannounced", upf('number_of_proj="3"', 'number_of_proj="0"'), "Al.upf PP_HEADER: number of projectors: must be that of the sections PP_BETA, got 0 with 3"],
    ["l_max below the projectors", upf('l_max="1"', 'l_max="0"'), "Al.upf PP_HEADER: l_max: must be at least the l of every projector, got 0 with a projector of l = 1"],
    ["coupling too long", upf(/(<PP_DIJ>\n)/, "$10.0 "), "Al.upf PP_DIJ: must hold 9 numbers as PP_HEADER says, got 10"],
    ["mesh longer than announced", upf(/(<PP_RAB>\n)/, "$10.0 "), "Al.upf PP_RAB: must hold"],
    ["derivative of another mesh", upf(/(<PP_RAB>\n\S+ )(\S+)/, "$11.0"), "Al.upf PP_MESH: PP_RAB: must be dr/dx of the radii in PP_R, got 1 at number 2"],
    ["end beyond the mesh", upf('angular_momentum="1"', 'angular_momentum="1" cutoff_radius_index="5000"'), "Al.upf PP_BETA.3: cutoff_radius_index: must be a point of the mesh"],
    ["ultrasoft by its flag", upf('is_ultrasoft="F"', 'is_ultrasoft="T"'), "is_ultrasoft: must be false, got true; ultrasoft potentials are not available"],
    ["PAW by its flag", upf('is_paw="F"', 'is_paw="T"'), "is_paw: must be false, got true; PAW potentials are not available"],
    ["fully relativistic", upf('relativistic="scalar"', 'relativistic="full"'), "relativistic: must be no or scalar, got full"],
    ["core unannounced", (() => parseUpf(upf2.replace("</PP_MESH>", "</PP_MESH>\n<PP_NLCC>\n1.0\n</PP_NLCC>"), "Al.upf")), "core_correction: must be true where the file has a section PP_NLCC"],
    ["psp8: valence charge against the tail", psp("13 3 2001", "13 2 2001"), "local potential: must end as -Z/r with the 2 valence electrons of line 2, got 3.00000 at r = 8"],
    ["psp8: more energies than projectors", psp(/\n1 (\S+\n)/, "\n1 1.0 $1"), "projectors of l = 1: must have 1 energies as nproj says, got 2"],
    ["core missing", upf('core_correction="F"', 'core_correction="T"'), "must have a section PP_NLCC"],
    ["other ABINIT format", psp(/\n8 2/, "\n6 2"), "Al.psp8 line 3: pspcod: must be 8, got 6"],
    ["l too large in psp8", psp("8 2 1 4", "8 2 4 4"), "Al.psp8 line 3: lmax: must be 0 to 3, got 4"],
    ["no element", psp("13 3 2001", "139 3 2001"), "Al.psp8 line 2: atomic number: must be that of an element, got 139"],
    ["charge", psp("13 3 2001", "13 30 2001"), "Al.psp8 line 2: valence charge: must be positive and at most 13, got 30"],
    ["header short", psp("2 1 nproj", "2 nproj"), "Al.psp8 line 5: number of projectors of each l expected (2 numbers), got 2 nproj"],
    ["block of another l", psp(/\n0 (\S+ \S+\n)/, "\n2 $1"), "Al.psp8 line 7: projectors of l = 0: block l = 0 expected, got 2"],
    ["mesh not equidistant", psp(/\n3 2\.0*e-2/, "\n3 2.5e-2"), "radii must be equidistant from 0, got 0.025 as number 3"],
    ["cut", (() => parsePsp8(psp8.slice(0, psp8.length / 2), "Al.psp8")), "Al.psp8 line"],
  ]; // biome-ignore format: a table
  for (const [what, read, message] of cases) test(what, () => expect(read).toThrow(message));
});
