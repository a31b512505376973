import type { WorkerSetup } from "./protocol.ts";
import { WorkerThread } from "./worker-thread.ts";

/** So many threads with an equal share each. */
export async function openThreads(
  count: number,
  setup: Omit<WorkerSetup, "share">,
): Promise<WorkerThread[]> {
  const opening = Array.from({ length: count }, (_, index) =>
    WorkerThread.open({ ...setup, share: { index, of: count } }),
  );
  const opened = await Promise.allSettled(opening);
  const threads = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = opened.find((one) => one.status === "rejected");
  if (failed === undefined) return threads;
  await Promise.allSettled(threads.map((thread) => thread[Symbol.asyncDispose]()));
  throw failed.reason;
}
