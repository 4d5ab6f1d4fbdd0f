import type { GitAccess } from '../git/remote.ts';
import type { Tls } from './http/tls.ts';

/** Basic authentication, which is also what token services of registries are asked with. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Some registries hand out a token to log in with instead of a password. */
export type RegistryCredentials = Credentials | { readonly identityToken: string };

interface Guarded {
  /**
   * Names the Secret and its content that the credentials come from; empty without any. Part of the identity of
   * the source: what one Secret may read is never given to the bearer of another.
   */
  readonly scope: string;
}

export interface GitChartSource extends Guarded {
  readonly kind: 'git';
  readonly auth?: Credentials | undefined;
  /** What a GitSync reads the repository with, for a chart in a commit that it applied; `auth` is left out then. */
  readonly access?: GitAccess | undefined;
  readonly url: string;
  readonly ref: string;
  /** Folder of the chart within the repository. */
  readonly path: string;
  readonly skipDepUpdate: boolean;
}

export interface RepositoryChartSource extends Guarded {
  readonly kind: 'repository';
  readonly auth?: Credentials | undefined;
  readonly tls?: Tls | undefined;
  readonly url: string;
  readonly name: string;
  /** Exact or a range. */
  readonly version: string;
}

export interface OciChartSource extends Guarded {
  readonly kind: 'oci';
  readonly auth?: RegistryCredentials | undefined;
  readonly tls?: Tls | undefined;
  /** oci://host/folder/chart */
  readonly url: string;
  readonly version: string;
}

export type ChartSource = GitChartSource | RepositoryChartSource | OciChartSource;
export type ChartSourceKind = ChartSource['kind'];

/**
 * Which hooks the files of a chart speak of, subcharts included and those of `helm test` left out. `post`: also
 * some that run after an install or upgrade, for which helm itself has to wait until the release is ready.
 */
export type Hooks = 'none' | 'some' | 'post';

/** What an archive holds, whatever source it came from. */
export interface ChartContent {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  /** Hex SHA-256 over the sorted paths and bytes; equal for two archives that differ in nothing helm reads. */
  readonly digest: string;
  readonly hooks: Hooks;
  /** Files below crds/, those of subcharts included. */
  readonly crds: readonly string[];
}

/** A resolved and packaged chart. */
export interface Chart extends ChartContent {
  /** The commit or the version that the source resolved to. */
  readonly revision: string;
  /** The .tgz in the chart store. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
  /** It came over plain http, or from a server that did not have to prove who it is: anybody on the way could have changed it. */
  readonly insecure?: boolean;
}
