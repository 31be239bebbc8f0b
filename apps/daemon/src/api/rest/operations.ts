import { AppError } from '@quorate/core/errors/app-error';
import type { AnyTRPCProcedure, TRPCProcedureType } from '@trpc/server';
import { z } from 'zod';
import type { RestMeta } from '../trpc/init';
import { appRouter } from '../trpc/router';

/** One procedure as REST shows it. */
export type RestOperation = {
  /** "cluster.removeMember": also the operation id of the OpenAPI document. */
  readonly procedure: string;
  readonly type: TRPCProcedureType;
  readonly rest: RestMeta;
  /** Null when it takes nothing. */
  readonly input: z.ZodObject | null;
  /** Of the answer, or of each event of a subscription. */
  readonly output: z.ZodType;
  /** Names in the path, in order. */
  readonly pathParams: readonly string[];
};

/** All procedures with a REST shape, in the order of the router. Throws INTERNAL when a declaration is incomplete: at start, not at a request. */
export const restOperations = (): readonly RestOperation[] =>
  Object.entries(procedures()).map(([procedure, { _def: definition }]) => {
    const rest = (definition.meta as { rest?: RestMeta } | undefined)?.rest;
    const output = rest?.events ?? (definition as { output?: unknown }).output;
    const input = definition.type === 'subscription' ? undefined : definition.inputs[0];
    if (rest === undefined || !(output instanceof z.ZodType)) throw incomplete(procedure, 'needs meta.rest and an output schema');
    if (input !== undefined && !(input instanceof z.ZodObject)) throw incomplete(procedure, 'needs an object as input');
    return { procedure, type: definition.type, rest, input: input ?? null, output, pathParams: pathParamsOf(rest.path) };
  });

/** Flat at run time, dotted names; the type of `_def.procedures` tells of the nested record that it was declared as. */
const procedures = () => appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;

const pathParamsOf = (path: string): readonly string[] => [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');

const incomplete = (procedure: string, what: string): AppError => new AppError('INTERNAL', { message: `the procedure ${procedure} ${what}` });
