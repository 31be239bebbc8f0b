/** The keys of the configuration, read off the schema: for environment and flags, redaction, suggestions and the generated reference. */
import { ConfigSchema } from '@quorate/core/config/schema';
import { z } from 'zod';

export type ConfigKeyType = 'text' | 'duration' | 'number' | 'boolean' | 'choice';

export type ConfigKey = {
  /** Dotted: etcd.peer_url. */
  readonly key: string;
  readonly type: ConfigKeyType;
  /** Accepted values of a choice; empty otherwise. */
  readonly choices: readonly string[];
  /** Undefined when there is none. */
  readonly fallback: string | number | boolean | undefined;
  readonly description: string;
  readonly isSecret: boolean;
  /** Missing while its group is given is an error. */
  readonly isRequired: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
};

export type ConfigGroup = { readonly key: string; readonly description: string };

/** What JSON Schema says of one key; the marks `secret` and `duration` come from `.meta()` in the schema. */
const NodeSchema = z.looseObject({
  type: z.enum(['object', 'string', 'integer', 'number', 'boolean']),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  enum: z.array(z.string()).default([]),
  default: z.unknown().optional(),
  description: z.string().default(''),
  secret: z.boolean().default(false),
  duration: z.boolean().default(false),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
type Node = z.output<typeof NodeSchema>;

/** All groups ("etcd", "listeners.public") and keys, in the order of the schema. */
export const listConfigKeys = (): { readonly keys: readonly ConfigKey[]; readonly groups: readonly ConfigGroup[] } => {
  const keys: ConfigKey[] = [];
  const groups: ConfigGroup[] = [];
  const visit = (node: Node, path: string): void => {
    for (const [name, value] of Object.entries(node.properties ?? {})) {
      const child = NodeSchema.parse(value);
      const key = path === '' ? name : `${path}.${name}`;
      if (child.type !== 'object') {
        keys.push(toConfigKey(key, child, node.required.includes(name)));
        continue;
      }
      groups.push({ key, description: child.description });
      visit(child, key);
    }
  };
  visit(NodeSchema.parse(z.toJSONSchema(ConfigSchema, { io: 'input' })), '');
  return { keys, groups };
};

/** Environment variable of a key: etcd.peer_url → QUORATE_ETCD__PEER_URL. */
export const variableOf = (key: string): string => `QUORATE_${key.toUpperCase().replaceAll('.', '__')}`;

const toConfigKey = (key: string, node: Node, isRequired: boolean): ConfigKey => ({
  key,
  type: typeOf(node),
  choices: node.enum,
  fallback: z.union([z.string(), z.number(), z.boolean()]).optional().parse(node.default),
  description: node.description,
  isSecret: node.secret,
  isRequired,
  minimum: boundOf(node.minimum),
  maximum: boundOf(node.maximum),
});

const typeOf = (node: Node): ConfigKeyType => {
  if (node.duration) return 'duration';
  if (node.enum.length > 0) return 'choice';
  if (node.type === 'boolean') return 'boolean';
  return node.type === 'string' ? 'text' : 'number';
};

/** "Any safe integer" is no bound worth telling. */
const boundOf = (bound: number | undefined): number | undefined =>
  bound !== undefined && Number.isSafeInteger(bound) && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
