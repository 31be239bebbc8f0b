import { Radio, RefreshCw, Unplug } from 'lucide-react';
import { ToneMark } from '../../ui/tone-mark';
import type { Connection } from './connection';

type ConnectionMarkProps = {
  readonly connection: Connection;
  /** False while requests fail too. */
  readonly isAnswering: boolean;
};

/** Whether what is on the page is live, in words with an icon. */
export const ConnectionMark = ({ connection, isAnswering }: ConnectionMarkProps) => (
  <span role="status" aria-label="Live stream">
    {markOf(connection, isAnswering)}
  </span>
);

const markOf = (connection: Connection, isAnswering: boolean) => {
  switch (connection.phase) {
    case 'live':
      return (
        <ToneMark pill tone="ok" icon={Radio}>
          Live
        </ToneMark>
      );
    case 'connecting':
      return (
        <ToneMark pill tone="neutral" icon={RefreshCw}>
          Connecting
        </ToneMark>
      );
    case 'reconnecting':
      return (
        <ToneMark pill tone="warning" icon={RefreshCw}>
          Reconnecting
        </ToneMark>
      );
    case 'lost':
      return (
        <ToneMark pill tone={isAnswering ? 'warning' : 'critical'} icon={isAnswering ? RefreshCw : Unplug}>
          {isAnswering ? 'Stream lost, polling' : 'Lost'}
        </ToneMark>
      );
  }
};
