export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Holds the reader's choice, so that the first byte already has the right colours. */
export const THEME_COOKIE = "loadstone-theme";

/** Anything but a known choice leaves it to the reader's system. */
export function themeFrom(value: unknown): Theme {
  return THEMES.find((theme) => theme === value) ?? "auto";
}
