'use client';

import './globals.css';

/** The last net: a defect of the page itself. Everything expected is shown where it happens. */
const GlobalError = ({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) => (
  <html lang="en">
    <body className="min-h-dvh font-sans antialiased">
      <main id="main" className="grid min-h-dvh place-items-center p-6">
        <div role="alert" className="flex max-w-md flex-col items-start gap-3">
          <h1 className="text-2xl font-semibold tracking-tight">This page has failed</h1>
          <p className="text-soft">The cluster is not affected: the page only shows it. Load it again; if it fails again, report the text below.</p>
          <pre className="w-full overflow-x-auto rounded-md border border-line bg-surface p-3 font-mono text-xs">{error.message}</pre>
          <button type="button" onClick={reset} className="rounded-md bg-accent px-3 py-1.5 font-medium text-on-accent">
            Try again
          </button>
        </div>
      </main>
    </body>
  </html>
);

export default GlobalError;
