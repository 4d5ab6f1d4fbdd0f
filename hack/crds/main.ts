import { runGenerator } from '../generated/generated.ts';
import { generatedFiles } from './generate.ts';

await runGenerator({
  files: generatedFiles(),
  command: 'npm run crds',
  origin: 'the schema in src/api says',
});
