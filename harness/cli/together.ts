/**
 * Waits for all; when one fails, stops the others and waits for them too, so that whoever closes
 * what they opened finds all of it.
 */
export async function together<T extends readonly unknown[]>(
  parts: T,
  stop: () => void,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  try {
    return await Promise.all(parts);
  } catch (error) {
    stop();
    await Promise.allSettled(parts);
    throw error;
  }
}

/** Resolves when the signal is aborted, which is how serving ends. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
