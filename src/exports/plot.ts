/**
 * Pictures, as the text of SVG files.
 *
 * @module plot
 */

export { bandsSvg } from "../plot/bands.ts";
export { type ComparePictureOptions, compareSvg } from "../plot/compare.ts";
export { convergenceSvg } from "../plot/convergence.ts";
export { dosSvg } from "../plot/dos.ts";
export { type ContourOptions, contourSvg } from "../plot/drawing/contour.ts";
export type { Drawing, Figure, Marks } from "../plot/drawing/drawing.ts";
export { type Line, type LinesOptions, linesSvg } from "../plot/drawing/lines.ts";
export { beside, stacked } from "../plot/drawing/together.ts";
export { equationOfStateSvg } from "../plot/equation-of-state.ts";
export { type DrawnErrors, errorPartsSvg } from "../plot/error-parts.ts";
export { type FieldPictureOptions, fieldSvg } from "../plot/field-picture.ts";
export type { FreePlane } from "../plot/free-plane.ts";
export { type GrowthSeries, growthSvg } from "../plot/growth.ts";
export { modesSvg } from "../plot/modes.ts";
export { type Profile, profileSvg } from "../plot/profile.ts";
export { type SettingsPoint, settingsSvg } from "../plot/settings.ts";
export { type Spectrum, spectraSvg } from "../plot/spectra.ts";
export { stepTimesSvg } from "../plot/step-times.ts";
