/** Colours of a drawing. Contrast of `ink` and `faint` on `paper` is 4.5 to 1 or better. */
export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  readonly shape: string;
  readonly previous: string;
}

export const LIGHT: Palette = {
  paper: "#ffffff",
  ink: "#17202a",
  faint: "#566270",
  grid: "#d4dae1",
  shape: "#0b6e77",
  previous: "#8a5a00",
};

export const DARK: Palette = {
  paper: "#10161d",
  ink: "#e8edf2",
  faint: "#9aa7b4",
  grid: "#313c48",
  shape: "#4fc3cc",
  previous: "#e0a94a",
};
