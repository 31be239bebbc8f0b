// Three projects: what runs in milliseconds, what starts a real etcd, what starts whole clusters.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', '**/dist/**', '**/out/**', '**/.next/**', '**/.quorate/**'];
const alias = { '@/': `${fileURLToPath(new URL('./apps/web/src', import.meta.url))}/` };
const minuteMs = 60_000;

export default defineConfig({
  test: {
    // Bounds the whole pool: the integration tests start etcd, and CI has two cores.
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias },
        test: { name: 'unit', include: ['**/*.test.{ts,tsx,mjs}'], exclude: [...never, '**/*.int.test.ts'], testTimeout: 10_000 },
      },
      {
        resolve: { alias },
        test: { name: 'int', include: ['**/*.int.test.ts'], exclude: never, testTimeout: minuteMs, hookTimeout: minuteMs, teardownTimeout: minuteMs },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/src/**/*.e2e.ts'],
          exclude: never,
          fileParallelism: false,
          testTimeout: 5 * minuteMs,
          hookTimeout: 5 * minuteMs,
          teardownTimeout: minuteMs,
        },
      },
    ],
  },
});
