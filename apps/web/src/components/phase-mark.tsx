import type { Member, MemberPhase } from '@quorate/core/cluster/member';
import { CircleDashed, CirclePause, CircleX, type LucideIcon, RefreshCw } from 'lucide-react';
import type { Tone } from '../ui/tone';
import { ToneMark } from '../ui/tone-mark';

type PhaseLook = { readonly tone: Tone; readonly words: string; readonly icon?: LucideIcon };

/** How each phase of a member is told. */
export const phaseLooks = {
  ready: { tone: 'ok', words: 'Ready' },
  'catching-up': { tone: 'info', words: 'Catching up', icon: RefreshCw },
  stalled: { tone: 'warning', words: 'Stalled', icon: CirclePause },
  unstarted: { tone: 'neutral', words: 'Not started', icon: CircleDashed },
  unreachable: { tone: 'critical', words: 'Unreachable', icon: CircleX },
} as const satisfies Record<MemberPhase, PhaseLook>;

/** The phase of a member in words with its icon. */
export const PhaseMark = ({ member }: { readonly member: Pick<Member, 'phase'> }) => {
  const look: PhaseLook = phaseLooks[member.phase];
  return (
    <ToneMark tone={look.tone} icon={look.icon}>
      {look.words}
    </ToneMark>
  );
};
