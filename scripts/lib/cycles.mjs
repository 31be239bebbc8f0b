/**
 * One cycle per knot of the graph, the shortest through its first file.
 *
 * @param {Map<string, string[]>} edges every node is a key
 * @returns {string[][]} each cycle ends with the file it began with
 */
export function findCycles(edges) {
  const cycles = [];
  const reported = new Set();
  for (const start of [...edges.keys()].sort()) {
    if (reported.has(start)) continue;
    const cycle = shortestCycle(edges, start);
    if (cycle === undefined) continue;
    for (const file of cycle) reported.add(file);
    cycles.push(cycle);
  }
  return cycles;
}

/** Breadth first from `start` back to `start`. */
function shortestCycle(edges, start) {
  const cameFrom = new Map();
  const queue = [start];
  for (const file of queue) {
    for (const next of edges.get(file) ?? []) {
      if (next === start) return pathTo(cameFrom, file, start).concat(start);
      if (cameFrom.has(next) || !edges.has(next)) continue;
      cameFrom.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}

function pathTo(cameFrom, file, start) {
  const path = [file];
  while (path[0] !== start) path.unshift(cameFrom.get(path[0]));
  return path;
}
