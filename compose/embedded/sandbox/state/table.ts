/** Rows by uuid, in the order of their creation. */
export interface Table<Row extends { readonly uuid: string }> {
  get(uuid: string): Row | undefined;
  all(): IterableIterator<Row>;
  readonly size: number;
  put(row: Row): void;
  drop(uuid: string): void;
  /** Keeps the rows findable by a second key; add every index before the first row. */
  indexBy(keyOf: (row: Row) => string): (key: string) => Row[];
}

interface Index<Row> {
  readonly keyOf: (row: Row) => string;
  readonly byKey: Map<string, Map<string, Row>>;
}

/** A table in memory. */
export function createTable<Row extends { readonly uuid: string }>(): Table<Row> {
  const rows = new Map<string, Row>();
  const indexes: Index<Row>[] = [];

  const forget = ({ keyOf, byKey }: Index<Row>, row: Row) => {
    const key = keyOf(row);
    const found = byKey.get(key);
    found?.delete(row.uuid);
    if (found?.size === 0) byKey.delete(key);
  };
  const remember = ({ keyOf, byKey }: Index<Row>, row: Row) => {
    const key = keyOf(row);
    const found = byKey.get(key);
    if (found) found.set(row.uuid, row);
    else byKey.set(key, new Map([[row.uuid, row]]));
  };
  const drop = (uuid: string) => {
    const row = rows.get(uuid);
    if (row === undefined) return;
    for (const index of indexes) forget(index, row);
    rows.delete(uuid);
  };

  return {
    get: (uuid) => rows.get(uuid),
    all: () => rows.values(),
    get size() {
      return rows.size;
    },
    put(row) {
      const old = rows.get(row.uuid);
      for (const index of indexes) {
        // A changed row keeps its place unless its key moved.
        if (old && index.keyOf(old) !== index.keyOf(row)) forget(index, old);
        remember(index, row);
      }
      rows.set(row.uuid, row);
    },
    drop,
    indexBy(keyOf) {
      const index: Index<Row> = { keyOf, byKey: new Map() };
      indexes.push(index);
      return (key) => [...(index.byKey.get(key)?.values() ?? [])];
    },
  };
}
