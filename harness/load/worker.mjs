// Threads do not inherit the loader that lets Node run TypeScript; each registers its own.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
