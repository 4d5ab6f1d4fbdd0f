import type { ObjectMeta } from './metadata.ts';
import {
  TRAIL_AUTHOR_ANNOTATION,
  TRAIL_COMMIT_ANNOTATION,
  TRAIL_PATH_ANNOTATION,
  TRAIL_REPOSITORY_ANNOTATION,
  TRAIL_SUBJECT_ANNOTATION,
} from './names.ts';

/** Where the content of an object is written, and who wrote it. */
export interface Trail {
  /** URL of the repository, without credentials. */
  readonly repository: string;
  /** File, from the root of the repository. */
  readonly path: string;
  /** Full id of the commit that last changed the content. */
  readonly commit: string;
  readonly author: string;
  /** First line of the commit's message. */
  readonly subject: string;
}

const ANNOTATIONS = {
  repository: TRAIL_REPOSITORY_ANNOTATION,
  path: TRAIL_PATH_ANNOTATION,
  commit: TRAIL_COMMIT_ANNOTATION,
  author: TRAIL_AUTHOR_ANNOTATION,
  subject: TRAIL_SUBJECT_ANNOTATION,
} as const satisfies Record<keyof Trail, string>;

const MAX_PLACE = 200;
const MAX_COMMIT = 64;
const MAX_AUTHOR = 120;
const MAX_SUBJECT = 200;

export function trailAnnotations(trail: Trail): Readonly<Record<string, string>> {
  return {
    [ANNOTATIONS.repository]: trail.repository,
    [ANNOTATIONS.path]: trail.path,
    [ANNOTATIONS.commit]: trail.commit,
    [ANNOTATIONS.author]: trail.author,
    [ANNOTATIONS.subject]: trail.subject,
  };
}

/**
 * What the annotations of an object say; undefined if they name no commit of a repository. Whoever may edit the object
 * may have written them: they tell, and prove nothing.
 */
export function trailIn({ annotations = {} }: Pick<ObjectMeta, 'annotations'>): Trail | undefined {
  const repository = annotations[ANNOTATIONS.repository];
  const path = annotations[ANNOTATIONS.path];
  const commit = annotations[ANNOTATIONS.commit];
  if (!repository || !path || !commit) return undefined;
  return {
    repository,
    path,
    commit,
    author: annotations[ANNOTATIONS.author] ?? '',
    subject: annotations[ANNOTATIONS.subject] ?? '',
  };
}

/** For `helm history` and Events: one line of less than 900 characters, whatever the commit says. */
export function trailSentence({ repository, path, commit, author, subject }: Trail): string {
  const by = author === '' ? '' : ` by ${oneLine(author, MAX_AUTHOR)}`;
  const says = subject === '' ? '' : `: ${oneLine(subject, MAX_SUBJECT)}`;
  const where = `commit ${oneLine(commit, MAX_COMMIT)} of ${oneLine(repository, MAX_PLACE)}`;
  return `${where}${by}${says} (${oneLine(path, MAX_PLACE)})`;
}

/** Without control characters and marks of direction, and never cut in the middle of a surrogate pair. */
function oneLine(text: string, max: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  if (line.length <= max) return line;
  return `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
