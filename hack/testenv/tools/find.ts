import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ToolSpec } from './catalog.ts';
import { run } from './run.ts';
import { fits, versionIn } from './version.ts';

const VERSION_TIMEOUT_MS = 5_000;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** In the folder that KUBEBUILDER_ASSETS names: taken as it is, because somebody chose it. */
export function findInAssets(spec: ToolSpec, env: NodeJS.ProcessEnv): string | undefined {
  const assets = env['KUBEBUILDER_ASSETS'];
  if (assets === undefined || assets === '') return undefined;
  const path = join(assets, spec.name);
  return isProgram(path) ? path : undefined;
}

/** On PATH, in any folder of it, if the program says that it has a version that fits the pinned one. */
export async function findOnPath(
  spec: ToolSpec,
  pinned: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const wanted = versionIn(pinned);
  for (const name of spec.executables) {
    for (const folder of (env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      if (folder === '' || !isProgram(path)) continue;
      const answer = await run(path, spec.versionArgs, { env, timeoutMs: VERSION_TIMEOUT_MS });
      const found = answer?.exitCode === 0 ? versionIn(answer.stdout + answer.stderr) : undefined;
      if (found !== undefined && wanted !== undefined && fits(found, wanted, spec.fit)) return path;
    }
  }
  return undefined;
}
