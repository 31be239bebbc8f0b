/** Names a point of a saga that was just made durable. In production a no-op; drills let the process die here. */
export type Failpoint = (name: string) => void;

/**
 * A failpoint that kills this process, as `kill -9` would, when the named point is reached. `wanted` comes from QUORATE_FAILPOINT, which
 * only drills set; null makes every point a no-op. The technique is etcd's own (gofail).
 */
export const createFailpoint = (wanted: string | null): Failpoint =>
  wanted === null
    ? () => {}
    : (name) => {
        if (name === wanted) process.kill(process.pid, 'SIGKILL');
      };
