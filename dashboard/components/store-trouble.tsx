import type { StoreTrouble } from "../store.ts";
import { Notice } from "./notice.tsx";

const WORDS: Readonly<Record<StoreTrouble, { readonly title: string; readonly what: string }>> = {
  "not-configured": {
    title: "The dashboard does not know where the store is",
    what: "LOADSTONE_CLICKHOUSE_URL is missing or is not an http(s) address.",
  },
  unreachable: {
    title: "The store does not answer",
    what: "ClickHouse could not be reached at the address in LOADSTONE_CLICKHOUSE_URL.",
  },
  refused: {
    title: "The store turned the dashboard away",
    what: "ClickHouse answered, but not to this user, or it has no loadstone database yet.",
  },
};

/** What is wrong with the store and what to do about it. */
export function StoreTroubleScreen({ trouble }: { readonly trouble: StoreTrouble }) {
  const { title, what } = WORDS[trouble];
  return (
    <main id="main" className="page page-narrow">
      <h1>{title}</h1>
      <Notice tone="bad">{what}</Notice>
      <h2>What to do</h2>
      <ol className="steps">
        <li>
          To have everything stood up for you, stop this server and run <code>npm start</code>.
        </li>
        <li>
          With a ClickHouse of your own, check that it runs and answers <code>/ping</code>, then set{" "}
          <code>LOADSTONE_CLICKHOUSE_URL</code>, <code>LOADSTONE_CLICKHOUSE_USER</code> and{" "}
          <code>LOADSTONE_CLICKHOUSE_PASSWORD</code> for this server.
        </li>
        <li>
          Load this page again: it asks the store anew each time. The server's log has details.
        </li>
      </ol>
    </main>
  );
}
