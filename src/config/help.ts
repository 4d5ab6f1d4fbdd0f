import { COMMAND_FLAGS, FLAGS, RETIRED_FLAGS } from './flags.ts';
import type { Flag } from './flag.ts';

const WIDTH = 34;

export function helpText(): string {
  const retired = Object.keys(RETIRED_FLAGS).map((name) => `--${name}`);
  return `Usage: helm-release-operator [flags]

Keeps Helm releases in a Kubernetes cluster as HelmRelease objects describe them.

Flags:
${lines({ ...FLAGS, ...COMMAND_FLAGS })}
Accepted and ignored, because Helm 2 is not supported:
${retired.map((name) => `  ${name}\n`).join('')}
Environment:
  HELM_VERSION   used in place of --enabled-helm-versions if that is not given
  POD_NAMESPACE  used in place of --operator-namespace if that is not given
  HELM_RELEASE_NAME  the release of the operator itself, which it does not uninstall
  OTEL_EXPORTER_OTLP_ENDPOINT  used in place of --otlp-endpoint if that is not given
  HTTP_PROXY, HTTPS_PROXY, NO_PROXY, HOME, TMPDIR  as usual
`;
}

function lines(flags: Readonly<Record<string, Flag<unknown>>>): string {
  return Object.entries(flags)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { short, help, type, default: standard }]) => {
      const shown = `  --${name}${short === undefined ? '' : `, -${short}`}`.padEnd(WIDTH);
      const quiet = standard === '' || (type === 'bool' && standard === 'false');
      return `${shown}${help}${quiet ? '' : ` (${standard})`}\n`;
    })
    .join('');
}
