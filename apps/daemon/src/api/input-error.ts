import { AppError } from '@quorate/core/errors/app-error';
import { z } from 'zod';

/** True for what a zod schema throws. */
export const isZodError = (error: unknown): error is z.core.$ZodError => error instanceof z.core.$ZodError;

/** INVALID_INPUT that names each field and its rule; `data.issues` holds the same for machines. Never repeats values: they may be secrets. */
export const inputError = (error: z.core.$ZodError): AppError => {
  const issues = error.issues.slice(0, 16).map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
  const message = issues.map((issue) => (issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`)).join('; ');
  return new AppError('INVALID_INPUT', { message: `the request is not valid: ${message}`, data: { issues } });
};
