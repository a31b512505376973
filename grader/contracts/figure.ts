/** Groups of three digits are parted by this, which no line break may follow. */
export const THIN_SPACE = "\u202f";

/** A whole number with its digits grouped: `1 900`. */
export function count(value: number): string {
  return group(Math.round(value).toFixed(0));
}

/** A number to three significant digits, in plain notation: `1 880`, `42.5`, `0.0283`. */
export function figure(value: number): string {
  if (value === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude >= 2) {
    const step = 10 ** (magnitude - 2);
    return count(Math.round(value / step) * step);
  }
  const places = Math.min(6, 2 - magnitude);
  return value.toFixed(places).replace(/\.?0+$/, "");
}

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}
