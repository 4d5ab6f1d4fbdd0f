import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { staleFiles, writeFiles } from './generate.ts';

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, root: { type: 'string' } },
});
const root = values.root ?? join(import.meta.dirname, '..', '..');

const stale = await staleFiles(root);
if (!values.check) {
  await writeFiles(root, stale);
  for (const file of stale) console.log(`wrote ${file}`);
} else if (stale.length > 0) {
  for (const file of stale) {
    console.error(
      `${file} is not what the schema in src/api says: run \`npm run crds\` and commit the result`,
    );
  }
  process.exitCode = 1;
}
