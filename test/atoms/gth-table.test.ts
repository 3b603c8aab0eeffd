import { expect, test } from "vitest";
import { ELEMENTS } from "../../src/atoms/elements.ts";
import { parseGth } from "../../src/atoms/gth/gth-format.ts";
import { findGth, GTH_FAMILIES, gthCharges, gthFamilyName } from "../../src/atoms/gth/gth-table.ts";

test("the shipped entries are those of the published table", () => {
  const published = `Al GTH-PADE-q3
    2    1
     0.45000000    1    -8.49135116
    2
     0.46010427    2     5.08833953    -1.03784325
                                        2.67969975
     0.53674439    1     2.19343827
Si GTH-PBE-q4
    2    2
     0.44000000    1    -6.26928833
    2
     0.43563383    2     8.95174150    -2.70627082
                                        3.49378060
     0.49794218    1     2.43127673
Ga GTH-PADE-q3 GTH-LDA-q3
    2    1
     0.56000000    0
    3
     0.61079074    3     2.36932516     0.09644314    -0.13462450
                                       -0.24901512     0.34759896
                                                      -0.55179624
     0.70459583    2     0.74630529     0.21683799
                                       -0.51313234
     0.98257967    1     0.07543656
`;
  const [aluminium, silicon, gallium] = parseGth(published).map(({ otherNames: _, ...entry }) => entry);
  expect(findGth("Al", "gth-lda")).toEqual(aluminium);
  expect(findGth("Si", "gth-pbe")).toEqual(silicon);
  expect(findGth("Ga", "gth-lda-q3")).toEqual(gallium);
});

// Which entry has the plain name is what the table of CP2K 2023.1 says.
test("the default is what the table calls by the plain name, another charge is named in the family", () => {
  expect(gthCharges("Cu", "gth-lda")).toEqual([1, 11, 19]);
  const plain = { Cu: 11, Fe: 16, Mg: 10, Na: 9, Ga: 13, Li: 3, Zn: 12, Ag: 11, Pt: 18, Pb: 4, Si: 4 };
  for (const [element, charge] of Object.entries(plain))
    expect(findGth(element, "gth-lda").charge).toBe(charge);
  for (const [element, charge] of Object.entries({ Mg: 10, Ga: 13, Pt: 18, Cu: 11, Pb: 4, Bi: 5, U: 14 }))
    expect(findGth(element, "gth-pbe").charge).toBe(charge);
  expect(findGth("Cu", "gth-lda-q1").charge).toBe(1);
  expect(findGth("Cu", "gth-lda-q11")).toMatchObject({ charge: 11, name: "GTH-PADE-q11", element: "Cu" });
  expect(gthFamilyName(findGth("Cu", "gth-lda"))).toBe("gth-lda-q11");
  expect(gthFamilyName(findGth("U", "gth-pbe"))).toBe("gth-pbe-q14");
});

test("every shipped entry is complete: positive radii, at most four local terms, symmetric matrices", () => {
  let entries = 0;
  for (const family of GTH_FAMILIES)
    for (const [i, element] of ELEMENTS.entries())
      for (const charge of gthCharges(element, family)) {
        const { rloc, c, channels, charge: found } = findGth(element, `${family}-q${charge}`);
        entries++;
        expect(found).toBe(charge);
        expect(charge).toBeLessThanOrEqual(i + 1);
        expect(rloc).toBeGreaterThan(0.1);
        expect(c.length).toBeLessThanOrEqual(4);
        expect(channels.length).toBeLessThanOrEqual(4);
        for (const { r, h } of channels) {
          expect(r).toBeGreaterThan(0.05);
          expect(h.length).toBeLessThanOrEqual(3);
          for (const [a, row] of h.entries()) {
            expect(row.length).toBe(h.length);
            for (const [b, value] of row.entries()) expect(value).toBe(h[b]![a]);
            expect(row.every(Number.isFinite)).toBe(true);
          }
        }
      }
  expect(entries).toBe(131 + 107);
});

test("what is not there is refused with what there is", () => {
  expect(() => findGth("Al", "gth-lda-q11")).toThrow(
    "gth-lda has no Al with 11 valence electrons; take gth-lda-q3",
  );
  expect(() => findGth("Al", "upf")).toThrow("unknown family upf; take gth-lda, gth-pbe");
  expect(() => findGth("Al", "gth-ldaa")).toThrow("did you mean gth-lda?");
  expect(() => findGth("U", "gth-lda")).toThrow(
    /gth-lda has no entry for U; it has H He .* Rn; give a file for U/,
  );
  expect(() => findGth("Alu", "gth-lda")).toThrow("Alu is not a chemical symbol (did you mean Al?)");
});
