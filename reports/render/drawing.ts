import { harmless } from "./paint.ts";
import { DARK, LIGHT, type Palette } from "./palette.ts";

/** The colours of a drawing as CSS variables; without a palette by the reader's setting. */
export function drawingColors(root: string, palette: Palette | undefined): string {
  if (palette !== undefined) return `${root}{${variables(palette)}}`;
  const dark = `@media (prefers-color-scheme:dark){${root}{${variables(DARK)}}}`;
  return `${root}{${variables(LIGHT)}}${dark}`;
}

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, color]) => `--${name}:${color}`)
    .join(";");
}

/** Text as it may stand in SVG, whatever a target says of itself. */
export function escapeMarkup(text: string): string {
  return harmless(text).replace(/[&<>"]/g, (mark) => `&#${mark.codePointAt(0) ?? 0};`);
}
