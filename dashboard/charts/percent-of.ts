/** A share (0…1) as an SVG length: plots scale with the page without scaling their text. */
export const percentOf = (share: number): string => `${Math.round(share * 10_000) / 100}%`;
