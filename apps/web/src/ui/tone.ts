import { CircleAlert, CircleCheck, CircleDashed, Info, type LucideIcon, TriangleAlert } from 'lucide-react';

/** How good or bad something is. Never shown by colour alone: each tone has its icon, and a word stands beside it. */
export type Tone = 'ok' | 'info' | 'warning' | 'critical' | 'neutral';

type ToneLook = { readonly icon: LucideIcon; readonly text: string; readonly fill: string; readonly edge: string };

export const toneLooks = {
  ok: { icon: CircleCheck, text: 'text-ok', fill: 'bg-ok-soft', edge: 'border-ok-line' },
  info: { icon: Info, text: 'text-info', fill: 'bg-info-soft', edge: 'border-info-line' },
  warning: { icon: TriangleAlert, text: 'text-warning', fill: 'bg-warning-soft', edge: 'border-warning-line' },
  critical: { icon: CircleAlert, text: 'text-critical', fill: 'bg-critical-soft', edge: 'border-critical-line' },
  neutral: { icon: CircleDashed, text: 'text-soft', fill: 'bg-raised', edge: 'border-line' },
} as const satisfies Record<Tone, ToneLook>;
