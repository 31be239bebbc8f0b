import type { ReactNode } from 'react';
import { Panel } from '../../ui/panel';

/** For a cluster of one: why it should grow and how, in three steps. */
export const FirstStepsPanel = ({ action }: { readonly action: ReactNode }) => (
  <Panel title="Grow to three replicas">
    <div className="flex flex-col gap-5">
      <p className="max-w-prose text-soft">
        Three replicas survive the loss of any one of them, without a gap and without a restart of this one. Two are not enough: both would have to be up.
      </p>
      <ol className="grid gap-4 md:grid-cols-3">
        <Step number={1} title="Create a join token">
          Here, with two uses: one for each new replica. It can be used for an hour.
        </Step>
        <Step number={2} title="Run the command on each new host">
          Install Quorate there, then paste the command that the token comes with. It checks both sides before anything is changed.
        </Step>
        <Step number={3} title="Watch it arrive">
          The replica copies the data as a learner and becomes a voter by itself. Progress shows on this page.
        </Step>
      </ol>
      <div>{action}</div>
    </div>
  </Panel>
);

const Step = ({ number, title, children }: { readonly number: number; readonly title: string; readonly children: ReactNode }) => (
  <li className="flex gap-3">
    <span aria-hidden className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent">
      {number}
    </span>
    <div className="flex flex-col gap-0.5">
      <h3 className="font-medium">{title}</h3>
      <p className="text-soft">{children}</p>
    </div>
  </li>
);
