import { describe, expect, it } from 'vitest';
import { memberOf } from '../../lib/testing/cluster';
import { layoutTopology, NODE, requiredHeight } from './topology-layout';

const members = (count: number) => Array.from({ length: count }, (_, index) => memberOf(`r${index + 1}`, { isSelf: index === 0 }));
const cases = [320, 480, 560, 760, 1200].flatMap((width) => [1, 2, 3, 4, 5, 6, 7].map((count) => [count, width] as const));

describe('layoutTopology', () => {
  it.each(cases)('keeps %i members inside a drawing %i pixels wide, and apart from each other', (count, width) => {
    const { nodes, height, nodeWidth } = layoutTopology(members(count), { width, height: 0 });
    expect(nodes).toHaveLength(count);
    for (const node of nodes) {
      expect(node.x - nodeWidth / 2).toBeGreaterThanOrEqual(0);
      expect(node.x + nodeWidth / 2).toBeLessThanOrEqual(width);
      expect(node.y - NODE.height / 2).toBeGreaterThanOrEqual(0);
      expect(node.y + NODE.height / 2).toBeLessThanOrEqual(height);
      for (const other of nodes) {
        if (other === node) continue;
        expect(Math.abs(other.x - node.x) >= nodeWidth || Math.abs(other.y - node.y) >= NODE.height).toBe(true);
      }
    }
  });

  it('uses the height there is, and takes what it needs where there is less', () => {
    expect(layoutTopology(members(3), { width: 700, height: 500 }).height).toBe(500);
    expect(layoutTopology(members(3), { width: 700, height: 10 }).height).toBe(requiredHeight(3, 700));
  });

  it('does not move anybody when the leader changes or the list comes in another order', () => {
    const first = members(5);
    const second = [...first].reverse().map((member) => ({ ...member, isLeader: member.name === 'r4' }));
    const places = (list: typeof first) => layoutTopology(list, { width: 700, height: 0 }).nodes.map(({ member, x, y }) => [member.name, x, y]);
    expect(places(second)).toEqual(places(first));
  });

  it('counts r2 before r10', () => {
    const names = layoutTopology([memberOf('r10'), memberOf('r2')], { width: 700, height: 0 }).nodes.map((node) => node.member.name);
    expect(names).toEqual(['r2', 'r10']);
  });

  it('gives a round trip to the links of the serving replica only', () => {
    const { links } = layoutTopology(members(3), { width: 700, height: 0 });
    expect(links.map((link) => [link.from.member.name, link.to.member.name, link.kind, link.rttMs])).toEqual([
      ['r1', 'r2', 'observed', 0.5],
      ['r1', 'r3', 'observed', 0.5],
      ['r2', 'r3', 'assumed', null],
    ]);
  });

  it('marks the link to an unreachable member as down and assumes nothing about its others', () => {
    const [r1, r2, r3] = members(3);
    const list = [r1, r2, r3].flatMap((member) => (member ? [{ ...member, phase: member.name === 'r3' ? ('unreachable' as const) : member.phase }] : []));
    const { links } = layoutTopology(list, { width: 700, height: 0 });
    expect(links.map((link) => [link.from.member.name, link.to.member.name, link.isDown])).toEqual([
      ['r1', 'r2', false],
      ['r1', 'r3', true],
    ]);
  });

  it('links a learner with the serving replica only', () => {
    const list = members(3).map((member) => (member.name === 'r3' ? { ...member, role: 'learner' as const, phase: 'catching-up' as const } : member));
    expect(layoutTopology(list, { width: 700, height: 0 }).links).toHaveLength(2);
  });
});
