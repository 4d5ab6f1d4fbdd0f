import { z } from 'zod';
import { flag, text } from './fragments.ts';
import { CHART_RULES } from './rules.ts';

export const chartSchema = z
  .object({
    git: text({
      description:
        'URL of the Git repository that holds the chart: https://host/org/repo, http://host/org/repo, ssh://git@host:2222/org/repo or git@host:org/repo. A port needs a URL with a scheme. Read only if path is set too; then it wins over repository. Without it and without repository the chart is in the commit that a GitSync applied the HelmRelease from.',
    }).optional(),
    ref: text({
      description: 'Branch, tag or commit of the Git repository.',
      unsetMeans: 'the operator flag --git-default-ref (master)',
    }).optional(),
    path: text({
      description:
        'Folder of the chart, relative to the root of the Git repository; a point is the root itself. Alone it names a folder of the commit that a GitSync applied the HelmRelease from.',
    }).optional(),
    secretRef: z
      .object({
        name: text({ description: 'Name of the Secret.' }),
        namespace: text({
          description: 'Namespace of the Secret.',
          unsetMeans: 'the namespace of the HelmRelease',
        }).optional(),
      })
      .meta({
        description:
          'Secret with the keys username and password, used for HTTP basic authentication. Used only for https:// Git repositories.',
      })
      .optional(),
    skipDepUpdate: flag({
      description:
        'Do not fetch the dependencies of a chart from Git: they are in its charts/ folder already.',
      unsetMeans: 'false',
    }).optional(),
    repository: text({
      description:
        'URL of the Helm repository (https://charts.example.com), or of an OCI registry (oci://registry.example.com/charts).',
    }).optional(),
    name: text({
      description:
        'Name of the chart in the repository, without the alias of the repository. For an oci:// repository whose URL ends with the name of the chart it may be left out.',
    }).optional(),
    version: text({
      description:
        'Version of the chart in the repository: exact (7.0.1), or a range (^7.0.0, 7.x, ">=7 <8"), of which the highest version is released.',
    }).optional(),
    chartPullSecret: z
      .object({ name: text({ description: 'Name of the Secret, in the namespace of the HelmRelease.' }) })
      .meta({
        description:
          'Secret for the Helm repository or OCI registry: username and password; or of the type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg with an entry for its host. With either or alone: tls.crt and tls.key (a client certificate), ca.crt (a CA to trust). Without it, what --helm-repository-import says of a repository counts, and for registries what docker login left in the home folder of the operator.',
      })
      .optional(),
  })
  .meta({
    rules: CHART_RULES,
    description:
      'Where the chart comes from: git and path, or repository, name and version; if both are complete, Git wins. Or path alone, for a chart in the commit that a GitSync applied the HelmRelease from.',
  });
