/** Where a request goes: `/hook/<name>`, or `/hook/<name>/<token>`. */
export interface HookPath {
  readonly name: string;
  readonly token: string;
}

const HOOK_PATH = /^\/hook\/([^/?#]+)(?:\/([^?#]*))?(?:[?#]|$)/;

export function hookPathOf(target: string): HookPath | undefined {
  const [, name, token = ''] = HOOK_PATH.exec(target) ?? [];
  return name === undefined ? undefined : { name, token };
}

/** What may be logged of the target of a request: never what follows the name, which may be a secret. */
export function shownTarget(target: string): string {
  const path = hookPathOf(target);
  if (path === undefined) return '/…';
  return `/hook/${path.name.slice(0, 63)}${path.token === '' ? '' : '/…'}`;
}
