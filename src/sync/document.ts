import type { KubeObject } from '../kube/resource-type.ts';

/** Where a document is written: its file from the repository's root, and which document of the file, from 1 on. */
export interface Place {
  readonly file: string;
  readonly index: number;
  /** Of the file, where the document begins; from 1 on. */
  readonly line: number;
}

/** A Kubernetes object as Git holds it, cleaned of what only a server may say. */
export interface SourceDocument extends Place {
  readonly object: KubeObject;
}

/** Why something in Git cannot be applied, in a sentence for people. */
export interface Fault extends Partial<Place> {
  /** `Deployment shop/web`. */
  readonly object?: string;
  readonly field?: string;
  readonly why: string;
}
