/** The place of something that is still being asked for. Size it with classes; say once, outside, that the page is loading. */
export const Skeleton = ({ className }: { readonly className: string }) => (
  <div aria-hidden className={`rounded-md bg-raised motion-safe:animate-pulse ${className}`} />
);
