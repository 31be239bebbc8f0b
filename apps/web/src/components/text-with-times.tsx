'use client';

import { Fragment } from 'react';
import { TimeText } from './time-text';

const ISO_TIME = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

/** A sentence of the daemon, with the times in it told in the reader's zone. Splitting by the pattern puts the times at the odd places. */
export const TextWithTimes = ({ text }: { readonly text: string }) =>
  text.split(ISO_TIME).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence have no identity but their place
    <Fragment key={index}>{index % 2 === 1 ? <TimeText at={part} /> : part}</Fragment>
  ));
