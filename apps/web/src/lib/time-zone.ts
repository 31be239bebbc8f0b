import { createPreference } from './preference';

export const TIME_ZONES = ['local', 'utc'] as const;
export type TimeZone = (typeof TIME_ZONES)[number];

/** Whether times are printed in the reader's zone or in UTC. */
export const timeZonePreference = createPreference<TimeZone>({ key: 'quorate.time-zone', values: TIME_ZONES, fallback: 'local' });
