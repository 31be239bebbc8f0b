import { type AppError, errorChain } from '@quorate/core/errors/app-error';
import { toProblem } from '@quorate/core/errors/problem';
import { oneLine } from './view/table';

/** What, why, how to fix: the form of every error on a terminal. */
export const errorText = (error: AppError): string => {
  const [what = '', ...why] = errorChain(error);
  const { requestId } = error.data;
  const lines = [
    `error ${error.code}: ${oneLine(what)}`,
    ...why.map((reason) => `  because: ${oneLine(reason)}`),
    ...(typeof requestId === 'string' && error.code === 'INTERNAL' ? [`  request: ${requestId}`] : []),
    `  to fix: ${oneLine(error.hint)}`,
  ];
  return `${lines.join('\n')}\n`;
};

/** The same for machines: the problem document of the API, on one line. */
export const errorJson = (error: AppError): string => {
  const { requestId, ...data } = error.data;
  return `${JSON.stringify({ ...toProblem(error, typeof requestId === 'string' ? requestId : ''), data })}\n`;
};
