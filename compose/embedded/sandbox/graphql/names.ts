/** GraphQL writes names in camel case and enums by their Python names; everything else as REST does. */

export const toSnake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const isLower = (text: string): boolean => text === text.toLowerCase();

/** "NRecords" as "N_RECORDS"; orders stay in small letters. */
export function toWireEnum(value: string): string {
  if (isLower(value)) return value;
  const words = value.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_");
  return words.toUpperCase();
}

/** "N_RECORDS" as "NRecords". */
export function fromWireEnum(name: string): string {
  if (isLower(name)) return name;
  const words = name.split("_").map((word) => word.charAt(0) + word.slice(1).toLowerCase());
  return words.join("");
}
