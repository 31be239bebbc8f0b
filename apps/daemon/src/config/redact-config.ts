import { formatDuration } from '@quorate/core/config/duration';
import type { Config } from '@quorate/core/config/schema';
import { listConfigKeys } from './config-keys';
import { getAt, type Tree, withValue } from './tree';

/** A copy to log and to show: secrets read "(hidden)", durations are text again. Without secrets it is a valid configuration. */
export const redactConfig = (config: Config): Tree =>
  listConfigKeys().keys.reduce<Tree>(
    (tree, { key, type, isSecret }) => {
      const value = getAt(config, key);
      if (value === undefined) return tree;
      if (isSecret) return withValue(tree, key, '(hidden)');
      return type === 'duration' && typeof value === 'number' ? withValue(tree, key, formatDuration(value)) : tree;
    },
    { ...config },
  );
