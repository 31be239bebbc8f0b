import { CopyButton } from './copy-button';

type CopyBlockProps = { readonly label: string; readonly text: string; readonly hint?: string };

/** A text to be carried elsewhere: shown whole, in one piece when selected, with its copy button. */
export const CopyBlock = ({ label, text, hint }: CopyBlockProps) => (
  <div role="group" aria-label={label} className="flex flex-col gap-1">
    <div className="flex items-baseline justify-between gap-3">
      <span className="text-xs font-medium text-soft">{label}</span>
      {hint && <span className="text-xs text-faint">{hint}</span>}
    </div>
    <div className="flex items-start gap-1 rounded-md border border-line bg-raised py-1.5 pr-1.5 pl-3">
      <code className="min-w-0 grow self-center font-mono text-xs leading-5 break-all whitespace-pre-wrap select-all">{text}</code>
      <CopyButton text={text} what={label.toLowerCase()} />
    </div>
  </div>
);
