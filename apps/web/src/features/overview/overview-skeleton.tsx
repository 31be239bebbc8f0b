import { Skeleton } from '../../ui/skeleton';

/** The shape of the page while the first status is on its way. */
export const OverviewSkeleton = () => (
  <div role="status" aria-label="Loading the cluster" className="flex flex-col gap-4">
    <h1 className="sr-only">Loading the cluster</h1>
    <div className="grid gap-4 xl:grid-cols-12">
      <div className="flex flex-col gap-4 rounded-xl border border-line bg-surface p-5 xl:col-span-5">
        <Skeleton className="h-5 w-24" />
        <Skeleton className="h-8 w-4/5" />
        <Skeleton className="h-4 w-3/5" />
        <Skeleton className="mt-4 h-3 w-full" />
        <Skeleton className="h-4 w-2/5" />
      </div>
      <div className="grid min-h-72 place-items-center rounded-xl border border-line bg-surface xl:col-span-7">
        <Skeleton className="h-14 w-36" />
      </div>
    </div>
    <div className="flex flex-col gap-3 rounded-xl border border-line bg-surface p-4">
      <Skeleton className="h-5 w-28" />
      <Skeleton className="h-10 w-full" />
      <Skeleton className="h-10 w-full" />
      <Skeleton className="h-10 w-full" />
    </div>
  </div>
);
