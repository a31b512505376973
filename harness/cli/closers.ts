/** Things to close in the reverse order of their opening. (Node 20 has no AsyncDisposableStack.) */
export class Closers implements AsyncDisposable {
  readonly #open: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.#open.push(resource);
    return resource;
  }

  /** Closes everything, whatever fails on the way, then throws what failed first. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop()) {
      try {
        await last[Symbol.asyncDispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
