/** How long a broker may take to close its side after our DISCONNECT. */
const END_TIMEOUT_MS = 2000;

/** The wait for a session to be over. */
export class Ending {
  readonly closed: Promise<void>;
  private resolve: () => void = () => {};
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Destroys a session whose broker does not close the connection. */
  limit(session: { destroy(): void }): void {
    this.timer = setTimeout(destroy, END_TIMEOUT_MS, session);
  }

  finish(): void {
    clearTimeout(this.timer);
    this.resolve();
  }
}

function destroy(session: { destroy(): void }): void {
  session.destroy();
}
