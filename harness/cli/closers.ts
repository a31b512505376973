/** Things to close in the reverse order of their opening. (Node 20 has no AsyncDisposableStack.) */
export class Closers {
  readonly #open: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.#open.push(resource);
    return resource;
  }

  async close(): Promise<void> {
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop()) {
      await last[Symbol.asyncDispose]();
    }
  }
}
