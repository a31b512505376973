/** Whether the server refused a request before any route saw it, a broken body for one. */
export const isClientError = (error: unknown): boolean =>
  error instanceof Error &&
  "statusCode" in error &&
  typeof error.statusCode === "number" &&
  error.statusCode < 500;
