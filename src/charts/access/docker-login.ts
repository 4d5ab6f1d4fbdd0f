import { join } from 'node:path';
import type { Logger } from '../../telemetry/logger.ts';
import type { RegistryCredentials } from '../chart.ts';
import { CredentialsError } from '../../api/errors.ts';
import { type DockerConfig, entryFor, parseDockerConfig } from './docker-config.ts';
import { openMounted, type ReadMounted } from './mounted.ts';

/** What `docker login` left for everybody in this installation. */
export interface DockerLogin {
  /** Undefined for a registry that nobody logged in to. Throws CredentialsError if what is there cannot be used. */
  readonly find: (host: string, path: string) => RegistryCredentials | undefined;
  readonly onChange: (handler: () => void) => void;
  readonly close: () => void;
}

const NOTHING: DockerConfig = { entries: [], helpers: [] };

/** Where `docker login` writes it. */
export function dockerConfigFile({
  DOCKER_CONFIG,
  HOME,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  if (DOCKER_CONFIG) return join(DOCKER_CONFIG, 'config.json');
  return HOME ? join(HOME, '.docker', 'config.json') : undefined;
}

/** There need be no such file: most registries are asked without, or with the Secret of a HelmRelease. */
export async function openDockerLogin(o: {
  readonly file: string | undefined;
  readonly log: Logger;
  readonly lookEveryMs?: number | undefined;
}): Promise<DockerLogin> {
  const { file, log } = o;
  const load = async (read: ReadMounted, previous?: DockerConfig): Promise<DockerConfig> => {
    const text = file === undefined ? undefined : await read(file).catch(() => undefined);
    if (text === undefined || text.trim() === '') return NOTHING;
    try {
      const config = parseDockerConfig(text);
      if (config.helpers.length > 0) {
        log.warn('credential helpers of Docker are not run: only auths of the file count', {
          file,
          helpers: config.helpers.join(', '),
        });
      }
      return config;
    } catch (caught) {
      const error = `the file ${caught instanceof Error ? caught.message : 'cannot be read'}`;
      log.warn('could not read the logins of Docker', { file, error });
      return previous ?? NOTHING;
    }
  };
  const mounted = await openMounted({ ...o, load });
  return {
    find: (host, path) => {
      const entry = entryFor(mounted.current(), host, path);
      if (entry?.fault === undefined) return entry?.credentials;
      throw new CredentialsError(`the entry for ${entry.name} in ${file ?? ''} ${entry.fault}`);
    },
    onChange: mounted.onChange,
    close: mounted.close,
  };
}
