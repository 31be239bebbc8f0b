// Where a file lives: its package, its room, and how high that room stands on the package's staircase.

/** Rooms of the daemon, lowest step first. Rooms on one step do not import each other. */
const daemonSteps = [['kit'], ['etcd', 'pki', 'host', 'config'], ['store'], ['services'], ['api'], ['main'], ['cli']];

/** Rooms of the dashboard, lowest step first. */
const webSteps = [['lib'], ['ui'], ['components'], ['features'], ['app']];

const packages = [
  { name: 'core', prefix: 'packages/core/src/', steps: undefined },
  { name: 'daemon', prefix: 'apps/daemon/src/', steps: daemonSteps },
  { name: 'web', prefix: 'apps/web/src/', steps: webSteps },
  { name: 'e2e', prefix: 'e2e/src/', steps: undefined },
];

/** Directories of sources, relative to the repository. */
export const sourceDirs = packages.map(({ prefix }) => prefix.slice(0, -1));

/**
 * @param {string} path relative to the repository
 * @returns {{ package: string, room: string, part: string, step: number, test: boolean, inside: string } | undefined}
 *   `part` is what must not reach into its neighbours: `services/join`, `features/members`, else the room; `step` is -1 for an unknown room
 */
export function placeOf(path) {
  const home = packages.find(({ prefix }) => path.startsWith(prefix));
  if (home === undefined) return undefined;
  const inside = path.slice(home.prefix.length);
  const [first, second] = inside.split('/');
  const room = first.replace(/\.[a-z.]+$/, '');
  const divided = (room === 'services' || room === 'features') && second !== undefined;
  return {
    package: home.name,
    room,
    part: divided ? `${room}/${second.replace(/\.[a-z.]+$/, '')}` : room,
    step: home.steps === undefined ? 0 : home.steps.findIndex((rooms) => rooms.includes(room)),
    test: isTest(path),
    inside,
  };
}

/** Whether the rooms of a package stand on steps. */
export function isStaircase(name) {
  return packages.some((one) => one.name === name && one.steps !== undefined);
}

/** Tests and the fixtures they share. */
export function isTest(path) {
  return /\.test\.tsx?$|\.e2e\.ts$|\/testing\//.test(path);
}

export function isGenerated(path) {
  return path.includes('/gen/') || path.endsWith('_pb.ts');
}
