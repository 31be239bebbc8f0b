'use client';

type AnnouncerProps = { /** What has just changed, for screen readers; empty while nothing has. */ readonly text: string };

/** The one polite live region of the page. */
export const Announcer = ({ text }: AnnouncerProps) => (
  <div role="status" aria-live="polite" aria-label="Changes" className="sr-only">
    {text}
  </div>
);
