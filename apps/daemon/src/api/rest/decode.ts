/**
 * From the texts of a path and a query string to the values of a schema. Only what a text says exactly is taken: "12" for an
 * integer, "true" or "false" for a boolean. Nothing is coerced, no schema is touched; what does not fit is refused by name.
 */
import { AppError } from '@quorate/core/errors/app-error';
import { z } from 'zod';

type Decode = (text: string) => unknown;
/** What decodes each parameter of an input. */
export type Decoders = ReadonlyMap<string, Decode>;

const INTEGER = /^-?(0|[1-9]\d{0,15})$/;

/** Decoders for all members of an input schema. Throws INTERNAL for a member that has no exact text form. */
export const decodersOf = (input: z.ZodObject | null): Decoders => {
  if (input === null) return new Map();
  const { properties = {} } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  return new Map(Object.entries(properties).map(([name, schema]) => [name, decoderOf(name, typeOf(schema))]));
};

/** The decoded parameters. Throws INVALID_INPUT for unknown and for repeated names, and for texts of another type. */
export const decodeParams = (raw: Readonly<Record<string, unknown>>, decoders: Decoders): Record<string, unknown> => {
  const entries = Object.entries(raw).map(([name, text]) => {
    const decode = decoders.get(name);
    if (decode === undefined) throw new AppError('INVALID_INPUT', { message: `there is no parameter "${printable(name)}"` });
    if (typeof text !== 'string') throw new AppError('INVALID_INPUT', { message: `${name}: given more than once` });
    return [name, decode(text)] as const;
  });
  return Object.fromEntries(entries);
};

/** Two sources of one input. Throws INVALID_INPUT when both name the same member: nobody can say which one was meant. */
export const mergeInputs = (first: Readonly<Record<string, unknown>>, second: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const twice = Object.keys(second).find((name) => Object.hasOwn(first, name));
  if (twice !== undefined) throw new AppError('INVALID_INPUT', { message: `${printable(twice)}: given more than once` });
  // Object.fromEntries defines members; assignment would let "__proto__" change the object instead.
  return Object.fromEntries([...Object.entries(first), ...Object.entries(second)]);
};

const decoderOf = (name: string, type: unknown): Decode => {
  switch (type) {
    case 'string':
      return (text) => text;
    case 'integer':
      return (text) => {
        if (INTEGER.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
        throw new AppError('INVALID_INPUT', { message: `${name}: a whole number is expected` });
      };
    case 'boolean':
      return (text) => {
        if (text === 'true' || text === 'false') return text === 'true';
        throw new AppError('INVALID_INPUT', { message: `${name}: "true" or "false" is expected` });
      };
    default:
      return () => {
        throw new AppError('INVALID_INPUT', { message: `${name}: belongs into the body` });
      };
  }
};

const typeOf = (schema: unknown): unknown => (typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined);

const printable = (name: string): string => name.slice(0, 64).replaceAll(/[^\w.-]/g, '?');
