{{/* Sentences about what is beside the chart's own in the pod, as a list in JSON. */}}
{{- define "helm-operator.refusedInPod" -}}
{{- $said := list -}}
{{- range $argument := .Values.extraArgs -}}
{{- range $flag, $instead := include "helm-operator.settledFlags" $ | fromYaml -}}
{{- if regexMatch (printf "^--?%s(=|$)" $flag) $argument -}}
{{- $said = append $said (printf "extraArgs: --%s %s" $flag $instead) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if regexMatch "^https?://[^/]*@" ((.Values.tracing | default dict).endpoint | default "") -}}
{{- $said = append $said "tracing.endpoint: a user or password in it would be read by everybody who may see the pod: remove it, and set OTEL_EXPORTER_OTLP_HEADERS in extraEnvs from a Secret" -}}
{{- end -}}
{{- range $one := include "helm-operator.tooMuchAsked" . | fromJsonArray -}}
{{- $said = append $said $one -}}
{{- end -}}
{{- $names := list -}}
{{- range include "helm-operator.volumes" . | fromYamlArray -}}{{- $names = append $names .name -}}{{- end -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $names -}}
{{- $said = append $said (printf "extraVolumes: the pod has a volume %s already: give yours another name" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $paths := list -}}
{{- range include "helm-operator.volumeMounts" . | fromYamlArray -}}{{- $paths = append $paths .mountPath -}}{{- end -}}
{{- range .Values.extraVolumeMounts -}}
{{- $path := trimSuffix "/" (toString .mountPath) -}}
{{- if has $path $paths -}}
{{- $said = append $said (printf "extraVolumeMounts: something is mounted at %s already: mount yours elsewhere, or remove the value for which the chart mounts it" $path) -}}
{{- end -}}
{{- $paths = append $paths $path -}}
{{- end -}}
{{- toJson $said -}}
{{- end -}}

{{/* Flags that rights, Lease, volumes and the Job that detaches go by, and what to do instead. */}}
{{- define "helm-operator.settledFlags" -}}
leader-elect: 'is always set by the chart, so that two pods never work on the same releases, not even during an upgrade: remove it'
allow-namespace: 'would not change the rights, nor the Lease that they name: set allowNamespace, or namespaced: true for that of the release'
tenant-mode: 'would not change the rights, which go by a value: set tenantMode'
operator-namespace: 'is the namespace of the release, where the Lease and the rights to it are: install the release in that one'
work-dir: 'is the volume that the chart mounts, and the root is read-only: remove it'
detach: 'would let the pod detach everything and end, again and again: set detachOnUninstall, or run the command by hand with replicas: 0'
plan: 'would let the pod print what would be done and end, again and again: run the command by hand'
{{- end -}}

{{/* The API server refuses a pod that asks for more than its limit, and the default is asked for where nothing else is said. */}}
{{- define "helm-operator.tooMuchAsked" -}}
{{- $said := list -}}
{{- $resources := .Values.resources | default dict -}}
{{- $requests := $resources.requests | default dict -}}
{{- range $what, $limit := $resources.limits | default dict -}}
{{- $request := get $requests $what -}}
{{- $most := include "helm-operator.quantity" $limit -}}
{{- $asked := include "helm-operator.quantity" $request -}}
{{- if and $most $asked (gt (float64 $asked) (float64 $most)) -}}
{{- $said = append $said (printf "resources.limits.%s: %v is less than resources.requests.%s, which is %v: set the request too, to no more than the limit" $what $limit $what $request) -}}
{{- end -}}
{{- end -}}
{{- toJson $said -}}
{{- end -}}

{{/* A quantity of Kubernetes as a number; nothing for what is none, or has an exponent. */}}
{{- define "helm-operator.quantity" -}}
{{- $units := dict "" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
{{- if kindIs "float64" . -}}
{{- printf "%f" . -}}
{{- else if regexMatch "^[0-9]+([.][0-9]*)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$" (toString .) -}}
{{- printf "%f" (mulf (regexFind "^[0-9.]+" (toString .) | float64) (get $units (regexFind "[A-Za-z]*$" (toString .)))) -}}
{{- end -}}
{{- end -}}
