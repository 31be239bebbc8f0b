'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import { memberLabel } from '../../components/member-label';
import { phaseLooks } from '../../components/phase-mark';
import { formatList, formatPlural, formatRoundTrip } from '../../lib/format';
import { useElementSize } from '../../lib/use-element-size';
import { layoutTopology, requiredHeight, type TopologyLink } from './topology-layout';
import { TopologyNodeView } from './topology-node';

/** The cluster drawn: replicas and what the serving one measures to each. The members table tells the same in text. */
export const Topology = ({ status }: { readonly status: ClusterStatus }) => {
  const [ref, size] = useElementSize();
  const topology = size && layoutTopology(status.members, size);
  return (
    <div ref={ref} className="relative min-h-36 grow">
      {/* Keeps the room that the drawing needs; the drawing itself fills whatever there is. */}
      <svg aria-hidden="true" width="0" height={requiredHeight(status.members.length, size?.width ?? 0)} className="block" />
      {topology && (
        <svg role="img" aria-label={describeTopology(status)} width={topology.width} height={topology.height} className="absolute inset-0">
          {topology.links.map((link) => (
            <LinkLine key={link.key} link={link} />
          ))}
          {topology.links.map((link) => (
            <LinkLabel key={link.key} link={link} />
          ))}
          {topology.nodes.map((node) => (
            <TopologyNodeView key={node.member.id} node={node} width={topology.nodeWidth} />
          ))}
        </svg>
      )}
    </div>
  );
};

const describeTopology = (status: ClusterStatus): string => {
  const leader = status.members.find((member) => member.isLeader);
  const members = status.members.map((member) => `${memberLabel(member)} ${member.role} ${phaseLooks[member.phase].words.toLowerCase()}`);
  return `Topology of ${formatPlural(status.members.length, 'replica')}: ${formatList(members)}. ${leader ? `${memberLabel(leader)} leads.` : 'There is no leader.'}`;
};

/** A little beyond the middle, away from the serving replica: links that leave it side by side have more room there. */
const labelPoint = ({ from, to }: TopologyLink): { x: number; y: number } => {
  const share = from.member.isSelf ? 0.55 : 0.45;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
};

const LinkLine = ({ link }: { readonly link: TopologyLink }) => (
  <line
    x1={link.from.x}
    y1={link.from.y}
    x2={link.to.x}
    y2={link.to.y}
    strokeWidth={link.kind === 'observed' ? 1.75 : 1}
    strokeDasharray={link.isDown ? '5 5' : undefined}
    className={link.isDown ? 'stroke-critical' : link.kind === 'observed' ? 'stroke-accent-line' : 'stroke-line'}
  />
);

/** The measured round trip in the middle of its link, or a cross where nothing answers. */
const LinkLabel = ({ link }: { readonly link: TopologyLink }) => {
  const { x, y } = labelPoint(link);
  if (link.isDown) {
    return (
      <g transform={`translate(${x} ${y})`} strokeWidth="2.5" strokeLinecap="round" className="stroke-critical">
        <circle r="10" strokeWidth="0" className="fill-surface" />
        <path d="M-4.5-4.5l9 9M4.5-4.5l-9 9" />
      </g>
    );
  }
  if (link.rttMs === null) return null;
  return (
    <g transform={`translate(${x} ${y})`}>
      <rect x="-28" y="-10" width="56" height="20" rx="10" className="fill-surface stroke-line" />
      <text y="4" textAnchor="middle" className="fill-soft text-[11px] tabular-nums">
        {formatRoundTrip(link.rttMs)}
      </text>
    </g>
  );
};
