import Link from "next/link";

export default function NotFound() {
  return (
    <main id="main" className="page page-narrow">
      <h1>No such page</h1>
      <p>
        The store has no run under this address, or it was removed.{" "}
        <Link prefetch={false} href="/runs">
          All runs
        </Link>
      </p>
    </main>
  );
}
