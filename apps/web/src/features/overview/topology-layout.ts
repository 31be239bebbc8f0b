/**
 * Where members and the links between them are drawn. Pure: pixels in, pixels out.
 *
 * Wide drawings put members on an ellipse, narrow ones in rows of two. The order is that of the table, so nothing moves when the leader changes.
 * Only links of the serving replica carry a round trip, because only those are measured; the others stand for "voters talk to each other".
 */
import type { Member } from '@quorate/core/cluster/member';
import { sortMembers } from '../../components/member-label';

export const NODE = { width: 164, height: 56 } as const;
/** Below this width two members no longer fit beside a third. */
const NARROW_BELOW = 540;
/** Two members side by side on the narrowest screen, and six or more on an ellipse. */
const NARROW_NODE_WIDTH = 136;
const MANY = 6;
const MARGIN = 6;
const ROW_GAP = 48;

export type TopologyNode = { readonly member: Member; readonly x: number; readonly y: number };

export type TopologyLink = {
  readonly key: string;
  readonly from: TopologyNode;
  readonly to: TopologyNode;
  /** `observed`: the serving replica measures it. `assumed`: between two others that are both up. */
  readonly kind: 'observed' | 'assumed';
  readonly isDown: boolean;
  readonly rttMs: number | null;
};

export type Topology = {
  readonly width: number;
  readonly height: number;
  readonly nodeWidth: number;
  readonly nodes: readonly TopologyNode[];
  readonly links: readonly TopologyLink[];
};

/** Places up to about seven members in a drawing of this width and at least the height they need. x and y are centres. */
export const layoutTopology = (members: readonly Member[], available: { readonly width: number; readonly height: number }): Topology => {
  const sorted = sortMembers(members);
  const isNarrow = available.width < NARROW_BELOW;
  const height = Math.max(available.height, requiredHeight(sorted.length, available.width));
  const place = isNarrow ? placeInRows : placeOnEllipse;
  const nodeWidth = isNarrow || sorted.length >= MANY ? NARROW_NODE_WIDTH : NODE.width;
  const points = place({ count: sorted.length, width: available.width, height, nodeWidth });
  const nodes = sorted.flatMap((member, index) => {
    const point = points[index];
    return point ? [{ member, x: round(point.x), y: round(point.y) }] : [];
  });
  return { width: available.width, height, nodeWidth, nodes, links: linkNodes(nodes) };
};

/** The height that so many members need in a drawing of this width. */
export const requiredHeight = (count: number, width: number): number => {
  if (width < NARROW_BELOW) return Math.ceil(count / 2) * (NODE.height + ROW_GAP) - (count > 1 ? ROW_GAP : 0) + 2 * MARGIN;
  if (count <= 2) return 150;
  if (count <= 4) return 230;
  return count < MANY ? 300 : 400;
};

type Point = { readonly x: number; readonly y: number };
type Frame = { readonly count: number; readonly width: number; readonly height: number; readonly nodeWidth: number };

const placeOnEllipse = ({ count, width, height, nodeWidth }: Frame): Point[] => {
  const centre = { x: width / 2, y: height / 2 };
  if (count === 1) return [centre];
  // A large panel does not pull its members apart for ever.
  const radiusX = Math.min((width - nodeWidth) / 2 - MARGIN, 360);
  const radiusY = Math.min((height - NODE.height) / 2 - MARGIN, 180);
  // Odd counts have one member on top; even ones stand symmetrically, two of them side by side. Counter-clockwise: the second is on the left.
  const start = count === 2 ? Math.PI : count % 2 === 1 ? -Math.PI / 2 : -Math.PI / 2 - Math.PI / count;
  // The lowest member of an odd ring stands higher than the radius: move the ring down to the middle of the drawing.
  const shiftY = count % 2 === 1 ? (radiusY * (1 - Math.cos(Math.PI / count))) / 2 : 0;
  return Array.from({ length: count }, (_, index) => {
    const angle = start - (index * 2 * Math.PI) / count;
    return { x: centre.x + radiusX * Math.cos(angle), y: centre.y + shiftY + radiusY * Math.sin(angle) };
  });
};

const placeInRows = ({ count, width, height, nodeWidth }: Frame): Point[] => {
  const pitch = NODE.height + ROW_GAP;
  const hasTop = count % 2 === 1;
  const top = (height - requiredHeight(count, width)) / 2 + MARGIN + NODE.height / 2;
  return Array.from({ length: count }, (_, index) => {
    if (hasTop && index === 0) return { x: width / 2, y: top };
    const place = hasTop ? index + 1 : index;
    const side = place % 2 === 0 ? -1 : 1;
    return { x: width / 2 + side * ((width - nodeWidth) / 2 - 1), y: top + Math.floor(place / 2) * pitch };
  });
};

const linkNodes = (nodes: readonly TopologyNode[]): TopologyLink[] =>
  nodes.flatMap((from, index) =>
    nodes.slice(index + 1).flatMap((to): TopologyLink[] => {
      const key = `${from.member.id}-${to.member.id}`;
      const other = from.member.isSelf ? to.member : to.member.isSelf ? from.member : null;
      if (other) return [{ key, from, to, kind: 'observed', isDown: isDown(other), rttMs: isDown(other) ? null : other.rttMs }];
      if (!canTalk(from.member) || !canTalk(to.member)) return [];
      return [{ key, from, to, kind: 'assumed', isDown: false, rttMs: null }];
    }),
  );

/** True for a member that nobody can count on at present. */
export const isDown = (member: Member): boolean => member.phase === 'unreachable' || member.phase === 'unstarted';

const canTalk = (member: Member): boolean => member.role === 'voter' && !isDown(member);
const round = (value: number): number => Math.round(value * 10) / 10;
