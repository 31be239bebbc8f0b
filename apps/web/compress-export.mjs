/** Puts a Brotli and a gzip twin beside every text file of the export: the daemon sends them as they are and compresses nothing itself. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TEXT = /\.(html|js|css|svg|txt|json)$/;
/** Below this the headers outweigh what is saved. */
const SMALLEST_BYTES = 512;
const out = path.join(import.meta.dirname, 'out');

const names = (await readdir(out, { recursive: true })).filter((name) => TEXT.test(name));
await Promise.all(
  names.map(async (name) => {
    const file = path.join(out, name);
    const content = await readFile(file);
    if (content.length < SMALLEST_BYTES) return;
    const [brotli, zipped] = await Promise.all([
      promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
      promisify(gzip)(content, { level: 9 }),
    ]);
    await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, zipped)]);
  }),
);
