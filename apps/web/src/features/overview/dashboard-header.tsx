'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { BrandMark } from '../../components/brand-mark';
import { formatShortId } from '../../lib/format';
import { usePreference } from '../../lib/preference';
import { type Theme, themePreference, useTheme } from '../../lib/theme';
import { type TimeZone, timeZonePreference } from '../../lib/time-zone';
import { CopyButton } from '../../ui/copy-button';
import { type Segment, Segmented } from '../../ui/segmented';

const zoneSegments = [
  { value: 'local', label: 'Local' },
  { value: 'utc', label: 'UTC' },
] as const satisfies readonly Segment<TimeZone>[];

const themeSegments = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'system', label: 'As the system', icon: Monitor },
  { value: 'dark', label: 'Dark', icon: Moon },
] as const satisfies readonly Segment<Theme>[];

type DashboardHeaderProps = {
  readonly status: ClusterStatus | undefined;
  readonly connection: ReactNode;
  readonly signOut: ReactNode;
};

/** Which cluster, which replica, how fresh; and how the reader wants to see it. */
export const DashboardHeader = ({ status, connection, signOut }: DashboardHeaderProps) => {
  const zone = usePreference(timeZonePreference);
  const theme = useTheme();
  return (
    <header className="z-30 border-b border-line bg-surface sm:sticky sm:top-0">
      <div className="mx-auto flex max-w-[140rem] flex-wrap items-center gap-x-5 gap-y-2 px-4 py-2.5 sm:px-6">
        <div className="flex items-center gap-2.5">
          <BrandMark />
          <span className="text-base font-semibold tracking-tight">Quorate</span>
        </div>
        {connection}
        {status && <ClusterFacts status={status} />}
        <div className="order-2 flex w-full items-center gap-2 sm:order-none sm:ml-auto sm:w-auto">
          <Segmented label="Time zone" segments={zoneSegments} value={zone} onChange={timeZonePreference.write} />
          <Segmented label="Theme" segments={themeSegments} value={theme} onChange={themePreference.write} />
        </div>
        <div className="order-1 ml-auto sm:order-none sm:ml-0">{signOut}</div>
      </div>
    </header>
  );
};

const ClusterFacts = ({ status }: { readonly status: ClusterStatus }) => (
  <dl className="order-3 flex w-full flex-wrap items-center gap-x-5 gap-y-0.5 text-xs lg:order-none lg:w-auto">
    <div className="flex items-center gap-1.5">
      <dt className="text-faint">Cluster</dt>
      <dd className="flex items-center gap-0.5 font-mono">
        <span title={status.clusterId}>{formatShortId(status.clusterId)}</span>
        <CopyButton text={status.clusterId} what="cluster id" />
      </dd>
    </div>
    <div className="flex items-center gap-1.5">
      <dt className="text-faint">Served by</dt>
      <dd className="font-medium">
        {status.servedBy.name} <span className="font-normal text-faint">({status.servedBy.role})</span>
      </dd>
    </div>
  </dl>
);
