/** The product's mark: a ring of three arcs, two of them strong: a majority; with the tail of a Q. */
export const BrandMark = ({ className = 'size-7' }: { readonly className?: string }) => (
  <svg aria-hidden="true" viewBox="0 0 32 32" className={`shrink-0 fill-none stroke-accent ${className}`} strokeWidth="4.4" strokeLinecap="round">
    <path d="M5.05 17.6A11 11 0 0 1 12.9 4.4" />
    <path d="M19.1 4.4a11 11 0 0 1 7.85 13.2" />
    <path d="M22.9 23.4a11 11 0 0 1-14.6 0" strokeOpacity=".4" />
    <path d="M20 19.6l7.4 8" />
  </svg>
);
