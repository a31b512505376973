/** Items by time, earliest first; of equal times the one pushed first. */
export class TimeHeap<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #items: T[] = [];
  #pushed = 0;

  get size(): number {
    return this.#items.length;
  }

  push(atMs: number, item: T): void {
    let at = this.#items.length;
    this.#times.push(atMs);
    this.#orders.push(this.#pushed++);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): { readonly atMs: number; readonly item: T } | undefined {
    const last = this.#items.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    const atMs = this.#times.pop() ?? 0;
    this.#orders.pop();
    const item = this.#items.pop() as T;
    this.#sink();
    return { atMs, item };
  }

  #sink(): void {
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#items.length && this.#isBefore(child, least)) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#times[a] ?? 0) - (this.#times[b] ?? 0);
    return difference < 0 || (difference === 0 && (this.#orders[a] ?? 0) < (this.#orders[b] ?? 0));
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#times, this.#orders, this.#items] as unknown[][]) {
      const kept = list[a];
      list[a] = list[b];
      list[b] = kept;
    }
  }
}
