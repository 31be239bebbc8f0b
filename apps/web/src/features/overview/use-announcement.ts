'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import { useEffect, useRef, useState } from 'react';
import { describeChanges } from './describe-changes';

/** The latest change of the cluster in words; empty until something changes. */
export const useAnnouncement = (status: ClusterStatus | undefined): string => {
  const previous = useRef<ClusterStatus | undefined>(undefined);
  const [text, setText] = useState('');
  useEffect(() => {
    if (!status) return;
    const lines = previous.current ? describeChanges(previous.current, status) : [];
    previous.current = status;
    if (lines.length > 0) setText(lines.join(' '));
  }, [status]);
  return text;
};
