import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { get } from 'node:http';

const LOOK_MS = 5;
const GIVE_UP_MS = 30_000;
const SAMPLES = 10;
const SAMPLE_MS = 300;

/** How long it takes from now until the operator at the port says that it is ready. */
export async function timeUntilReady(port: number, log: () => string): Promise<number> {
  const start = performance.now();
  for (;;) {
    if ((await statusOf(port)) === 200) return performance.now() - start;
    if (performance.now() - start > GIVE_UP_MS) throw new Error(`the operator does not get ready:\n${log()}`);
    await delay(LOOK_MS);
  }
}

/** Undefined while nobody answers. */
function statusOf(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (response) => {
      response.resume().on('end', () => {
        resolve(response.statusCode);
      });
    });
    request.on('error', () => {
      resolve(undefined);
    });
  });
}

/** In MB, of some processes together. */
export interface Memory {
  /** What they have filled themselves: it is theirs alone, and cannot be dropped. */
  readonly own: number;
  /** With their part of the files that they have mapped, Node itself above all; the kernel may drop these, and processes share them (PSS). */
  readonly all: number;
}

function memoryOf(pids: readonly number[]): Memory {
  const texts = pids.map((pid) => readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8'));
  const sum = (name: string): number => {
    const kilobytes = texts.map((text) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]));
    return (kilobytes.reduce((total, one) => total + one, 0) * 1024) / 1e6;
  };
  return { own: sum('Pss_Anon'), all: sum('Pss') };
}

/** The most in a while in which nothing is asked of them. */
export async function memoryAtRest(pids: () => readonly number[]): Promise<Memory> {
  const samples: Memory[] = [];
  for (let nth = 0; nth < SAMPLES; nth += 1) {
    await delay(SAMPLE_MS);
    samples.push(memoryOf(pids()));
  }
  return {
    own: Math.max(...samples.map(({ own }) => own)),
    all: Math.max(...samples.map(({ all }) => all)),
  };
}

/** For a log. */
export function shown({ readyMs, rest }: { readonly readyMs: number; readonly rest: Memory }): string {
  return `ready after ${readyMs.toFixed(0)} ms; ${rest.own.toFixed(1)} MB of its own at rest, ${rest.all.toFixed(1)} MB with files`;
}
