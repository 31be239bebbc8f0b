'use client';

import { Announcer } from '../components/announcer';
import { ClockProvider } from '../components/clock';
import { ConnectionMark } from '../features/overview/connection-mark';
import { DashboardHeader } from '../features/overview/dashboard-header';
import { OverviewFailure } from '../features/overview/overview-failure';
import { OverviewSkeleton } from '../features/overview/overview-skeleton';
import { useAnnouncement } from '../features/overview/use-announcement';
import { useLiveCluster } from '../features/overview/use-live-cluster';
import { SignOutButton } from '../features/session/sign-out-button';
import { capitalise } from '../lib/format';
import { useDocumentTitle } from '../lib/use-document-title';
import { DashboardBody } from './dashboard-body';

/** The overview of a signed-in reader: header, then the page or what stands in for it. */
export const Dashboard = () => {
  const cluster = useLiveCluster();
  const announcement = useAnnouncement(cluster.status);
  const { status, failure, connection, receivedAtMs } = cluster;
  useDocumentTitle(status ? `${capitalise(status.quorum.words)} · Quorate` : 'Quorate');
  return (
    <ClockProvider offsetMs={status ? Date.parse(status.observedAt) - receivedAtMs : 0}>
      <DashboardHeader status={status} connection={<ConnectionMark connection={connection} isAnswering={failure === null} />} signOut={<SignOutButton />} />
      <main id="main" tabIndex={-1} className="mx-auto flex max-w-[140rem] flex-col gap-4 p-4 outline-none sm:px-6 sm:py-5">
        {status && <DashboardBody status={status} connection={connection} failure={failure} />}
        {!status && failure && <OverviewFailure failure={failure} onRetry={cluster.retry} />}
        {!status && !failure && <OverviewSkeleton />}
      </main>
      <Announcer text={announcement} />
    </ClockProvider>
  );
};
