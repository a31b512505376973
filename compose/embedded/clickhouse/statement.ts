/**
 * Reads just enough of a SQL statement to route it. The engine does the real parsing; what is
 * decided here is only where INSERT data starts, which format was asked for and whether the
 * statement reads.
 */

/** What a statement does, as far as the front has to know. */
export type StatementKind = "read" | "insert" | "other";

export interface Statement {
  readonly sql: string;
  readonly kind: StatementKind;
  /** The output format named by a trailing FORMAT clause. */
  readonly format: string | undefined;
  /**
   * A SELECT that chDB can hand out in chunks. Not so SHOW and the like, which it refuses, nor a
   * subquery used as a value: chDB computes it while planning, on the calling thread.
   */
  readonly streamable: boolean;
  /** More than one statement, which the ClickHouse HTTP interface refuses. */
  readonly multiple: boolean;
}

/** An INSERT split where its data begins. */
export interface InsertWithData {
  /** `INSERT INTO t (a, b)`, without settings and format. */
  readonly target: string;
  /** `SETTINGS …` or nothing. */
  readonly settings: string;
  readonly format: string;
  /** Data written after the format inside the statement itself. */
  readonly inlineData: string;
  /** `INSERT … SELECT … FROM input(…) FORMAT f` reads its data through a table function. */
  readonly throughInput: boolean;
}

/** The same text, as long, with comments and quoted text blanked: keywords in it are real. */
export function maskQuoted(sql: string): string {
  return sql.replace(QUOTED, (text) => text.replace(/[^\n]/g, " "));
}
// Every branch runs to its end or to the end of the text, so it never backtracks.
const QUOTED =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]+|\\[\s\S])*(?:'|$)|"(?:[^"\\]+|\\[\s\S])*(?:"|$)|`(?:[^`\\]+|\\[\s\S])*(?:`|$)/g;

export function parseStatement(sql: string): Statement {
  const verb = verbOf(sql);
  const kind = kindOf(verb);
  // Inline data is not SQL: a quote or a semicolon in it means nothing.
  const insert = kind === "insert" ? splitInsert(sql) : undefined;
  const masked = maskQuoted(insert === undefined ? sql : insert.target);
  return {
    sql,
    kind,
    format: kind === "insert" ? undefined : TRAILING_FORMAT.exec(masked)?.[1],
    streamable: SELECTING.has(verb) && !hasScalarSubquery(masked),
    multiple: /;\s*\S/.test(masked),
  };
}
const TRAILING_FORMAT = /\bFORMAT\s+(\w+)\s*(?:SETTINGS\b[^;]*)?;?\s*$/i;

function verbOf(sql: string): string {
  return /^[\s(]*(\w+)/.exec(maskQuoted(sql))?.[1]?.toUpperCase() ?? "";
}

function kindOf(verb: string): StatementKind {
  if (verb === "INSERT") return "insert";
  return SELECTING.has(verb) || TELLING.has(verb) ? "read" : "other";
}
const SELECTING = new Set(["SELECT", "WITH", "FROM"]);
const TELLING = new Set(["SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN"]);

/** True for `SELECT (SELECT …)`, false where the subquery only names rows: FROM, IN, JOIN, AS. */
function hasScalarSubquery(masked: string): boolean {
  for (const { index } of masked.matchAll(/\(\s*(?:SELECT|WITH)\b/gi)) {
    const before = masked.slice(0, index).trimEnd();
    if (!/(?:^|\(|\b(?:FROM|JOIN|IN|AS|ALL|DISTINCT|EXCEPT|INTERSECT|UNION|EXISTS))$/i.test(before))
      return true;
  }
  return false;
}

/** Splits an INSERT that carries data; undefined for `INSERT … SELECT` and the like. */
export function splitInsert(sql: string): InsertWithData | undefined {
  const masked = maskParentheses(maskQuoted(sql));
  const start = DATA_START.exec(masked);
  if (start === null) return undefined;
  const [matched, format] = start;
  if (/^(?:SELECT|WITH)$/i.test(matched)) return splitInsertFromInput(sql, masked);
  if (/^FROM/i.test(matched)) return undefined;
  const head = sql.slice(0, start.index);
  const settingsAt = /\bSETTINGS\b/i.exec(masked.slice(0, start.index))?.index ?? head.length;
  return {
    target: head.slice(0, settingsAt).trimEnd(),
    settings: head.slice(settingsAt).trim(),
    format: format ?? "Values",
    inlineData: sql.slice(start.index + matched.length).replace(/^[ \t\r]*\n?/, ""),
    throughInput: false,
  };
}
const DATA_START = /\b(?:(?:SELECT|WITH|VALUES|FROM\s+INFILE)\b|FORMAT\s+(\w+))/i;

function splitInsertFromInput(sql: string, masked: string): InsertWithData | undefined {
  const format = /\bFORMAT\s+(\w+)\s*;?\s*$/i.exec(masked);
  if (format?.[1] === undefined || !/\binput\s*\(/i.test(maskQuoted(sql))) return undefined;
  const target = sql.slice(0, format.index).trimEnd();
  return { target, settings: "", format: format[1], inlineData: "", throughInput: true };
}

/** Blanks what stands in parentheses, so that a column called `format` is no keyword. */
function maskParentheses(masked: string): string {
  let depth = 0;
  return masked.replace(/[\s\S]/g, (char) => {
    if (char === ")") depth = Math.max(0, depth - 1);
    const kept = depth === 0 ? char : " ";
    if (char === "(") depth += 1;
    return kept;
  });
}

/** The statement that reads its data from `file` instead of from its own text or the wire. */
export function readingFrom(file: string, insert: InsertWithData): string {
  const path = quoteText(file);
  if (insert.throughInput)
    return insert.target.replace(/\binput\s*\(/i, () => `file(${path}, ${insert.format}, `);
  return `${insert.target} FROM INFILE ${path} ${insert.settings} FORMAT ${insert.format}`;
}

/** A SQL string literal. */
export function quoteText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** A SQL identifier in backticks. */
export function quoteName(name: string): string {
  return `\`${name.replace(/[\\`]/g, "\\$&")}\``;
}
