import { defineConfig } from "vitest/config";

const shared = {
  pool: "forks",
  testTimeout: 20_000,
  hookTimeout: 60_000,
  // Real sockets and processes on a shared machine: CI asks once more, and its log says so.
  retry: process.env["CI"] === undefined ? 0 : 1,
} as const;

/** Unit tests lie beside their file; the slower suites are named by their ending. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["{grader,reports,harness,compose,scenarios,dashboard}/**/*.test.ts"],
          exclude: [
            "**/node_modules/**",
            "**/*.{integration,brokers,e2e,calibrate,sockets}.test.ts",
          ],
        },
      },
      {
        test: {
          ...shared,
          name: "integration",
          include: ["{harness,compose,dashboard}/**/*.integration.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          name: "brokers",
          include: ["harness/**/*.brokers.test.ts"],
          testTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: "e2e",
          include: ["harness/**/*.e2e.test.ts", "dashboard/**/*.e2e.test.ts"],
          testTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: "calibrate",
          include: ["{grader,harness}/**/*.calibrate.test.ts"],
          testTimeout: 2_400_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: "sockets",
          include: ["harness/**/*.sockets.test.ts"],
          testTimeout: 4 * 3_600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
