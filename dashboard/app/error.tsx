"use client";

/** What a reader sees of a bug; its details stay in the server's log under the digest. */
export default function ErrorScreen({ error }: { readonly error: Error & { digest?: string } }) {
  return (
    <main id="main" className="page page-narrow">
      <h1>This page broke</h1>
      <p>
        That is a bug in the dashboard, not in your run. The server's log has it
        {error.digest === undefined ? "" : ` under ${error.digest}`}.
      </p>
    </main>
  );
}
