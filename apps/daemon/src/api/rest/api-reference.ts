/** docs/reference/api.md from the declarations that make the routes; a test keeps the page equal to it. */
import { z } from 'zod';
import { HEALTH_ROUTES } from '../health-routes';
import { type RestOperation, restOperations } from './operations';

/** The whole page. */
export const renderApiReference = (): string => [INTRODUCTION, calls(), operations(), health(), CLOSING].join('\n');

const INTRODUCTION = `# API

<!-- Generated from the procedures below apps/daemon/src/api/trpc by the test apps/daemon/src/api/rest/api-reference.test.ts. Do not edit:
     change them, or api-reference.ts beside the test, and run it with UPDATE_DOCS=1. -->

Every replica serves the same API on its public listener (port 8080 by default): REST below \`/v1\` and tRPC v11 below \`/trpc\`. Both are made
from the same procedures, so they take, check, refuse and answer the same. The OpenAPI 3.1 document of what is really served is at
\`/openapi.json\`; the forms of all answers are there.

- **Credentials.** Everything but the health routes and the OpenAPI document needs the administrator token: \`authorization: Bearer qrt_admin_…\`. It is
  taken from no other place. After 20 wrong ones within a minute an address gets 429; the right one always passes.
- **Strict.** Unknown keys, repeated parameters and values of another type are refused with 400; nothing is coerced: \`force=1\` is not \`true\`. Bodies are
  JSON (else 415) of at most 64 KiB (else 413). \`GET\` and \`DELETE\` take their input in the query, \`POST\` in its body, \`DELETE\` in either.
- **Errors** are \`application/problem+json\` (RFC 9457) with \`code\` (stable; see [errors](errors.md)), \`detail\`, \`hint\` (what to do), \`data\` and
  \`requestId\`. Over tRPC the same document is in \`error.data.problem\`.
- **Request ids.** Each answer carries \`x-request-id\`; one that came with the request (8 to 64 letters, digits, ".", "_", "-") is kept. The daemon logs it.
- **Event streams** are server-sent events. Each begins with the present state, so a client that reconnects misses nothing that still holds; a comment
  or event comes at least every 10 s. Over REST the last event before an end that was not asked for is named \`problem\`.
- **While a replica starts** it answers every call with 503 \`STARTING\`, while it stops with 503 \`STOPPING\`: ask another one.
- **Limits.** 12,000 requests a minute from one address without the token. 429 comes with \`retry-after\`.
`;

const calls = (): string => {
  const rows = restOperations().map(({ rest, procedure }) => `| \`${rest.method} ${rest.path}\` | \`${procedure}\` | ${rest.summary} |`);
  return ['## Calls', '', '| REST | tRPC | Purpose |', '|---|---|---|', ...rows, ''].join('\n');
};

const operations = (): string => restOperations().map(operationSection).join('\n');

const operationSection = (operation: RestOperation): string => {
  const { rest, type } = operation;
  const answer = type === 'subscription' ? 'an event stream' : `${rest.status} and a JSON object`;
  return [
    `### ${rest.method} ${rest.path}`,
    '',
    `${rest.summary}. Answers ${answer}.`,
    '',
    ...inputTable(operation),
    '```sh',
    example(operation),
    '```',
    '',
  ].join('\n');
};

const inputTable = ({ input, pathParams, rest }: RestOperation): readonly string[] => {
  if (input === null) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, schema]) => {
    const where = pathParams.includes(name) ? 'path' : { GET: 'query', POST: 'body', DELETE: 'query or body' }[rest.method];
    const meaning = typeof schema === 'object' ? (schema.description ?? '') : '';
    return `| \`${name}\` | ${where} | ${typeWords(schema)} | ${required.includes(name) ? 'yes' : defaultWords(schema)} | ${meaning} |`;
  });
  return ['| Input | Where | Type | Required | Meaning |', '|---|---|---|---|---|', ...rows, ''];
};

type Schema = z.core.JSONSchema._JSONSchema;

const typeWords = (schema: Schema): string => {
  if (typeof schema === 'boolean') return 'anything';
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.type === 'integer') return `whole number, ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'array') return `list of text, at most ${schema.maxItems}`;
  if (schema.type === 'boolean') return '`true` or `false`';
  return schema.pattern === undefined ? 'text' : `text, \`${schema.pattern}\``;
};

const defaultWords = (schema: Schema): string =>
  typeof schema === 'object' && schema.default !== undefined ? `no: \`${JSON.stringify(schema.default)}\`` : 'no';

const EXAMPLE_BODIES: Readonly<Record<string, string>> = {
  'cluster.simulate': '{"down":["quorate-1","quorate-2"]}',
  'joinTokens.create': '{"kind":"cluster","ttl":"15m"}',
};

const example = ({ procedure, rest, type }: RestOperation): string => {
  const path = rest.path.replace('{id}', procedure.startsWith('joinTokens') ? 'k3v9x2m4qd' : '8e9e05c52164694d');
  const flags = [type === 'subscription' ? '-N' : '', rest.method === 'GET' ? '' : `-X ${rest.method}`].filter((flag) => flag !== '').map((flag) => `${flag} `);
  const body = EXAMPLE_BODIES[procedure];
  const sent = body === undefined ? '' : ` -H 'content-type: application/json' -d '${body}'`;
  return `curl ${flags.join('')}--cacert cluster-ca.crt -H "authorization: Bearer $QUORATE_TOKEN"${sent} https://10.0.0.10:8080${path}`;
};

const health = (): string => {
  const rows = HEALTH_ROUTES.map(({ path, summary, responses }) => {
    const statuses = Object.entries(responses).map(([status, meaning]) => `${status === 'default' ? 'chosen' : status}: ${meaning}`);
    return `| \`${path}\` | ${summary} | ${statuses.join('<br>')} |`;
  });
  return [
    '## Health routes',
    '',
    'For load balancers and orchestrators: no credentials, `GET` and `HEAD`, never cached, never limited, body `{"status":"ok"|"fail","reason":…}`. Every',
    'answer rests on a check that began after its request came in, so at most one replica says that it leads. A check that takes 2 s has failed.',
    '',
    '| Route | Question | Status |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
};

const CLOSING = `## Other listeners

**Admin socket** (a Unix socket, mode 0600): tRPC below \`/trpc\` as above, without a token: who may write to the file is the administrator. Also
\`GET /local/state\` (what this host's daemon does, also while it starts, joins or has failed) and \`POST /local/restart\`. \`quorate\` uses it by default.

**Replica listener** (port 8443, TLS 1.3, cluster CA): for other replicas and joining hosts only.

| Route | Admits |
|---|---|
| \`POST /v1/cluster/join/prepare\`, \`POST /v1/cluster/join\` | a join token in the body; 10 wrong ones a minute from one address, then 429 |
| \`POST /v1/cluster/join/{id}/progress\` | a replica certificate |
| \`POST /v1/cluster/join/{id}/undo\` | a replica certificate or the join token |
| \`GET /v1/replica/status\`, \`GET /v1/replica/view\` | a replica certificate |
| \`POST /v1/replica/ca-key\` | a replica certificate of a voter |

A replica certificate is one of this cluster's CA, of kind *replica*, of the present generation and valid at the moment of the request.
`;
