import { QUORATE_VERSION } from '@quorate/core/version';
import type { NextConfig } from 'next';

/**
 * A static export: every daemon serves the files itself, so that the page lives exactly as long as its replica.
 * Consequences: no dynamic route segments, no rewrites, no server code. Types are checked by `tsc` over the workspace, not again here.
 */
const config: NextConfig = {
  output: 'export',
  reactStrictMode: true,
  transpilePackages: ['@quorate/core'],
  typescript: { ignoreBuildErrors: true },
  // One source makes one export, byte for byte; a random id would change every page and every policy hash with each build.
  generateBuildId: () => QUORATE_VERSION,
};

export default config;
