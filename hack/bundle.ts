/** `npm run bundle`: the operator as dist/main.mjs; beside it its threads and processes, and what only some ever need. */
import { globSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };

await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  // Threads and processes are started by the names of their files.
  entryPoints: ['src/main.ts', ...globSync('src/**/*-{worker,process}.ts', { cwd: root })],
  absWorkingDir: root,
  outdir,
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  // Names of classes are the names of errors.
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  define: { BUNDLED_VERSION: JSON.stringify(version) },
  // Packages in CommonJS ask for Node's own modules by require.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'warning',
  metafile: true,
}).catch(() => process.exit(1)); // esbuild has said why

for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  if (file.endsWith('.mjs')) console.log(`dist/${basename(file)} ${(bytes / 1e6).toFixed(2)} MB`);
}
