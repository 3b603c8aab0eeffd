/** Stands for the kernel's `display` when the cells of a notebook run without it: pictures must be pictures, and are dropped. */
export const display = {
  svg(picture: string): void {
    if (!picture.startsWith("<svg") || /NaN|Infinity/.test(picture))
      throw new Error(`no picture: ${picture.slice(0, 80)}`);
  },
  html(text: string): void {
    if (text === "") throw new Error("nothing to show");
  },
};
