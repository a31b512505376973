/** True for formats whose chunks may simply follow each other; the rest repeat a header or footer. */
export function isRowFormat(format: string): boolean {
  return ROW_FORMATS.has(format);
}

const ROW_FORMATS = new Set([
  "JSONEachRow",
  "JSONStringsEachRow",
  "JSONCompactEachRow",
  "JSONCompactStringsEachRow",
  "TabSeparated",
  "TSV",
  "TabSeparatedRaw",
  "TSVRaw",
  "CSV",
  "RowBinary",
  "LineAsString",
  "RawBLOB",
]);

/** The Content-Type a ClickHouse server sends for an output format. */
export function contentType(format: string): string {
  if (format.includes("EachRow")) return "application/x-ndjson; charset=UTF-8";
  if (format.startsWith("JSON")) return "application/json; charset=UTF-8";
  if (format.startsWith("CSV")) return "text/csv; charset=UTF-8";
  if (/^(?:TSV|TabSeparated)/.test(format)) return "text/tab-separated-values; charset=UTF-8";
  return "application/octet-stream";
}
