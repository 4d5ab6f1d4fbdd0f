import { isPlain } from '../charts/http/proxy.ts';
import { checkTls } from '../charts/http/tls.ts';
import { repositoryKey } from '../git/repository-key.ts';
import { NOTIFIER_KINDS, type Notifier, type NotifierBase, type NotifierKind } from './notifier.ts';

export type ReadNotifier =
  | { readonly kind: 'notifier'; readonly notifier: Notifier }
  /** Why the Secret is no notifier and what to change, for an Event on it. Shows nothing of its content. */
  | { readonly kind: 'refused'; readonly why: string };

type Texts = Readonly<Record<string, string>>;

const COMMON = ['namespaces', 'cluster', 'ca'];
const KEYS: Readonly<Record<NotifierKind, readonly string[]>> = {
  slack: ['url', 'channel', 'outcomes'],
  webhook: ['url', 'key', 'outcomes'],
  alertmanager: ['url', 'token', 'username', 'password'],
  github: ['url', 'token', 'api', 'outcomes'],
  gitlab: ['url', 'token', 'api', 'outcomes'],
};

const MIN_KEY_BYTES = 16;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

class Refusal extends Error {}

/** Reads a Secret that is labelled as a notifier of a kind. */
export function readNotifier(
  name: string,
  kind: string,
  data: Readonly<Record<string, Buffer>>,
): ReadNotifier {
  try {
    return { kind: 'notifier', notifier: read(name, kind, textsOf(data)) };
  } catch (caught) {
    if (caught instanceof Refusal) return { kind: 'refused', why: caught.message };
    throw caught;
  }
}

function read(name: string, kind: string, texts: Texts): Notifier {
  if (!isKind(kind)) {
    const kinds = NOTIFIER_KINDS.join(', ');
    throw new Refusal(`the kind of the notifier is '${kind.slice(0, 63)}': it must be one of ${kinds}`);
  }
  const known = [...KEYS[kind], ...COMMON];
  const strange = Object.keys(texts).find((key) => !known.includes(key));
  if (strange !== undefined)
    throw new Refusal(`a notifier of ${kind} knows no key ${strange}: its keys are ${known.join(', ')}`);
  const base = baseOf(name, texts);
  switch (kind) {
    case 'slack':
      return { ...base, kind, url: secretUrl(texts, 'url'), channel: texts['channel'] };
    case 'webhook':
      return { ...base, kind, url: urlOf(texts, 'url'), key: keyOf(texts) };
    case 'alertmanager': {
      const authorization = authorizationOf(texts);
      const url = authorization === undefined ? urlOf(texts, 'url') : secretUrl(texts, 'url');
      return { ...base, kind, url, authorization };
    }
    case 'github':
    case 'gitlab':
      return { ...base, kind, ...commitsOf(kind, texts) };
  }
}

function isKind(kind: string): kind is NotifierKind {
  return (NOTIFIER_KINDS as readonly string[]).includes(kind);
}

function baseOf(name: string, { namespaces = '', outcomes = 'all', cluster, ca }: Texts): NotifierBase {
  const listed = namespaces.split(/[\s,]+/).filter((one) => one !== '');
  if (listed.some((one) => !NAMESPACE.test(one)))
    throw new Refusal('namespaces must be names of namespaces with commas between them, without wildcards');
  if (outcomes !== 'all' && outcomes !== 'failures') throw new Refusal('outcomes must be all or failures');
  if (cluster !== undefined && !NAME.test(cluster))
    throw new Refusal('cluster must be a name of at most 63 letters, digits, dashes, points or underscores');
  const wrong = ca === undefined ? undefined : checkTls({ ca }, { ca: 'ca', certificate: '', key: '' });
  if (wrong !== undefined) throw new Refusal(wrong);
  return { name, namespaces: listed, outcomes, cluster, ca };
}

/** Without the line feed that editors and echo leave at the end; empty is as good as absent. */
function textsOf(data: Readonly<Record<string, Buffer>>): Texts {
  const texts = Object.entries(data).map(([key, value]) => [key, value.toString().trim()] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

function needed(texts: Texts, key: string): string {
  const text = texts[key];
  if (text === undefined) throw new Refusal(`the key ${key} is missing`);
  return text;
}

function urlOf(texts: Texts, key: string): URL {
  const url = URL.parse(needed(texts, key));
  if (url === null || !['https:', 'http:'].includes(url.protocol) || url.hash !== '')
    throw new Refusal(`${key} must be an address that begins with https:// or http://, without a #`);
  if (url.username !== '' || url.password !== '')
    throw new Refusal(`${key} must hold no user and no password: there are keys for what proves us`);
  return url;
}

/** One to which something secret goes. */
function secretUrl(texts: Texts, key: string): URL {
  const url = urlOf(texts, key);
  if (isPlain(url)) throw new Refusal(`${key} must begin with https://: a secret goes there`);
  return url;
}

function keyOf(texts: Texts): Buffer {
  const key = Buffer.from(needed(texts, 'key'));
  if (key.length >= MIN_KEY_BYTES) return key;
  throw new Refusal(`key must have at least ${String(MIN_KEY_BYTES)} characters: use random ones`);
}

function authorizationOf({ token, username, password }: Texts): string | undefined {
  if (token !== undefined && (username !== undefined || password !== undefined))
    throw new Refusal('there is a token as well as a username or password: only one of both can be sent');
  if (token !== undefined) return `Bearer ${checkedToken(token)}`;
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined)
    throw new Refusal('username and password belong together, and one of them is missing');
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function checkedToken(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new Refusal('token holds a character that no token has: copy it again');
}

const PUBLIC_API: Readonly<Record<string, string>> = { 'github.com': 'https://api.github.com' };
const API_PATH = { github: '/api/v3', gitlab: '/api/v4' } as const;

function commitsOf(kind: 'github' | 'gitlab', texts: Texts) {
  const url = urlOf(texts, 'url');
  const token = checkedToken(needed(texts, 'token'));
  const api = texts['api'] ?? PUBLIC_API[url.host] ?? `${url.origin}${API_PATH[kind]}`;
  const repositories = repositoryKey(url.href) ?? url.hostname.toLowerCase();
  return { repositories, token, api: secretUrl({ api }, 'api') };
}
