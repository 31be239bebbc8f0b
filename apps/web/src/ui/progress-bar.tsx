type ProgressBarProps = {
  /** Accessible name. */
  readonly label: string;
  /** 0..100; null while it is not known. */
  readonly percent: number | null;
  readonly tone?: 'accent' | 'warning';
};

const fills = { accent: 'fill-accent', warning: 'fill-warning' } as const;

/** How far something has come. Drawn as SVG because a width in percent would need an inline style. */
export const ProgressBar = ({ label, percent, tone = 'accent' }: ProgressBarProps) => (
  <div
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={percent === null ? undefined : Math.round(percent)}
    className="w-full"
  >
    <svg aria-hidden="true" className="block h-1.5 w-full overflow-hidden rounded-full">
      <rect width="100%" height="100%" className="fill-line" />
      {percent === null ? (
        <rect width="30%" height="100%" rx="3" className={`${fills[tone]} opacity-60 motion-safe:animate-pulse`} />
      ) : (
        <rect width={`${percent}%`} height="100%" rx="3" className={fills[tone]} />
      )}
    </svg>
  </div>
);
