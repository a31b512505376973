/** The command that runs a TypeScript file of ours in a process of its own. */
export const typescript = (file: string, ...flags: readonly string[]): readonly string[] => [
  process.execPath,
  "--expose-gc",
  ...flags,
  "--import",
  import.meta.resolve("tsx"),
  file,
];
