import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { type Tone, toneLooks } from './tone';

type ToneMarkProps = {
  readonly tone: Tone;
  readonly icon?: LucideIcon;
  readonly pill?: boolean;
  /** Where the icon stands elsewhere already. */
  readonly iconless?: boolean;
  readonly children: ReactNode;
};

/** A state in words with its icon; as a pill where it stands alone. */
export const ToneMark = ({ tone, icon, pill = false, iconless = false, children }: ToneMarkProps) => {
  const look = toneLooks[tone];
  const Icon = icon ?? look.icon;
  const frame = pill ? `rounded-full border px-2 py-0.5 text-xs ${look.fill} ${look.edge}` : '';
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${look.text} ${frame}`}>
      {!iconless && <Icon aria-hidden className={pill ? 'size-3.5 shrink-0' : 'size-4 shrink-0'} />}
      {children}
    </span>
  );
};
