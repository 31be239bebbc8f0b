import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import './globals.css';

export const metadata: Metadata = {
  title: 'Quorate',
  description: 'The state of this Quorate cluster: replicas, tolerance, joins and findings.',
  referrer: 'no-referrer',
  robots: { index: false, follow: false },
};

export const viewport: Viewport = { colorScheme: 'light dark' };

const RootLayout = ({ children }: { children: ReactNode }) => (
  // theme.js sets data-theme before React looks at the element.
  <html lang="en" suppressHydrationWarning>
    <head>
      <script src="/theme.js" />
    </head>
    <body className="min-h-dvh font-sans antialiased">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 font-medium text-on-accent focus:translate-y-0 motion-safe:transition-transform"
      >
        Skip to content
      </a>
      {children}
    </body>
  </html>
);

export default RootLayout;
