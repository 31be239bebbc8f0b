// Asks this container's own replica whether it is ready. The certificate is the cluster's and the address is loopback: nothing to verify.
import { get as getPlain } from 'node:http';
import { get as getTls } from 'node:https';

const port = Number(process.env.QUORATE_LISTENERS__PUBLIC__ADDRESS?.split(':').at(-1) ?? 8080);
const isPlain = process.env.QUORATE_LISTENERS__PUBLIC__TLS === 'off';
const timeoutMs = 4_000;

const options = { host: '127.0.0.1', port, path: '/readyz', timeout: timeoutMs, rejectUnauthorized: false };
const request = (isPlain ? getPlain : getTls)(options, (response) => process.exit(response.statusCode === 200 ? 0 : 1));
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
