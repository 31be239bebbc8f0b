/** docs/reference/errors.md, generated: every error code and what it means at each edge. */
import { errorTable } from '@quorate/core/errors/codes';

/** The whole page. */
export const renderErrorReference = (): string => {
  const rows = Object.entries(errorTable)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, row]) => `| \`${code}\` | ${row.http} | \`${row.trpc}\` | ${row.exit} | ${row.remedy.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`);
  return `${[INTRODUCTION, ['| Code | HTTP | tRPC | Exit | What to do |', '|---|--:|---|--:|---|', ...rows].join('\n')].join('\n\n')}\n`;
};

const INTRODUCTION = `# Errors

<!-- Generated from packages/core/src/errors/codes.ts by the test apps/daemon/src/config/reference.test.ts. Do not edit:
     change the table and run it with UPDATE_DOCS=1. -->

Every refusal carries one of these codes, whoever answers: REST as \`application/problem+json\` with \`code\`, \`detail\` (what is wrong) and \`hint\`
(what to do), tRPC in \`error.data\`, the commands on standard error and in their exit status. Match on the code, never on the text.`;
