/** Preloaded into programs that are not ours: they end with the process that started them. */
process.once("disconnect", () => process.exit());
