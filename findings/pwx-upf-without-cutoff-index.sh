#!/usr/bin/env bash
# Package: quantum-espresso 6.7-2+b1 with quantum-espresso-data 6.7-2, Debian 12 (pw.x 6.7MaX).
#
# One would guess: a UPF 2.0.1 file whose <PP_BETA.n> sections have no attribute cutoff_radius_index is either refused or
# read with the projectors as long as they are in the file. The description of the format names the attribute and does not
# say what its absence means; the sections hold `size` values in any case, and files without it are in circulation (GTH
# potentials converted to UPF; abacus-develop issue 137).
#
# What happens: pw.x takes the index as 0, integrates every projector over no points, and so leaves out the whole nonlocal
# part. It prints no warning, converges, and ends with JOB DONE: the energy of silicon is 20.5 Ry lower, whatever else is
# the same. With the index of the last point of the mesh instead, the energy is the right one.
#
# Output seen (silicon, Si.pz-vbc.UPF, 12 Ha, one k-point):
#   as shipped, index 359            -14.57538770 Ry
#   index of the last point, 431     -14.57538770 Ry
#   without the attribute            -35.08221063 Ry, no warning, JOB DONE
#
# Whom it hurts: whoever converts or writes UPF files, or edits them with an XML library that drops what looks optional;
# forces, bands and relaxed structures are those of a local pseudopotential, and nothing says so.
set -euo pipefail
if ! command -v pw.x >/dev/null; then
  apt-get install -y -qq quantum-espresso=6.7-2+b1 quantum-espresso-data=6.7-2 >/dev/null
fi
source=/usr/share/espresso/pseudo/Si.pz-vbc.UPF
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > silicon.in <<'IN'
&control
 calculation='scf', pseudo_dir='.', outdir='./out', disk_io='none'
/
&system
 ibrav=2, celldm(1)=10.2, nat=2, ntyp=1, ecutwfc=24
/
&electrons
 conv_thr=1e-10
/
ATOMIC_SPECIES
Si 28.086 Si.UPF
ATOMIC_POSITIONS alat
Si 0 0 0
Si 0.25 0.25 0.25
K_POINTS automatic
1 1 1 0 0 0
IN
points=$(grep -oE 'mesh_size="[0-9]+"' "$source" | head -1 | grep -oE '[0-9]+')
energy() { # NAME: runs Si.UPF and prints the energy
  OMP_NUM_THREADS=1 pw.x -in silicon.in >"$1.out" 2>&1
  sed -n 's/^! *total energy *= *\([-0-9.]*\) Ry/\1/p' "$1.out"
}
cp "$source" Si.UPF
shipped=$(energy shipped)
sed "s/cutoff_radius_index=\"[0-9]*\"/cutoff_radius_index=\"$points\"/" "$source" > Si.UPF
whole=$(energy whole)
sed 's/cutoff_radius_index="[0-9]*"//' "$source" > Si.UPF
without=$(energy without)
echo "as shipped                       $shipped Ry"
echo "index of the last point, $points     $whole Ry"
echo "without the attribute            $without Ry"
grep -q "JOB DONE" without.out
if grep -qiE "warning|error" without.out; then exit 1; fi
awk -v a="$shipped" -v b="$whole" -v c="$without" 'BEGIN { exit !(a - b < 1e-4 && b - a < 1e-4 && a - c > 10) }'
