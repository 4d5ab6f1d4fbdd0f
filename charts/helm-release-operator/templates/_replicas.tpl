{{/*
With several replicas the next pod is warm before one goes. Pods that elect no leader, such as that of Helm Operator, or that have another
Lease, as with another --allow-namespace, have to be gone before ours begin: with one replica that is so even where nothing can be looked up.
*/}}
{{- define "helm-operator.strategy" -}}
{{- $deployment := lookup "apps/v1" "Deployment" .Release.Namespace (include "helm-operator.fullname" .) -}}
{{- $args := list -}}
{{- if $deployment -}}
{{- range $deployment.spec.template.spec.containers -}}
{{- $args = concat $args (.args | default list) -}}
{{- end -}}
{{- end -}}
{{- $lease := "" -}}
{{- range $args -}}
{{- if hasPrefix "--allow-namespace=" . }}{{ $lease = trimPrefix "--allow-namespace=" . }}{{ end -}}
{{- end -}}
{{- $same := and (has "--leader-elect" $args) (eq $lease (include "helm-operator.allowNamespace" .)) -}}
{{- if and (gt (int .Values.replicas) 1) (or (not $deployment) $same) -}}
type: RollingUpdate
rollingUpdate:
  maxUnavailable: 0
  maxSurge: 1
{{- else -}}
type: Recreate
{{- end -}}
{{- end -}}

{{/* One pod of an earlier version does not stand in the way of the next on the same node. */}}
{{- define "helm-operator.spread" -}}
{{- $own := dict "matchLabels" (include "helm-operator.selector" . | fromYaml) -}}
{{- $default := list (dict "maxSkew" 1 "topologyKey" "kubernetes.io/hostname" "whenUnsatisfiable" "ScheduleAnyway" "matchLabelKeys" (list "pod-template-hash")) -}}
{{- $constraints := .Values.topologySpreadConstraints -}}
{{- if and (not $constraints) (gt (int .Values.replicas) 1) -}}
{{- $constraints = $default -}}
{{- end -}}
{{- $all := list -}}
{{- range $constraints -}}
{{- $all = append $all (ternary . (set (deepCopy .) "labelSelector" $own) (hasKey . "labelSelector")) -}}
{{- end -}}
{{- with $all }}{{ toYaml . }}{{ end -}}
{{- end -}}
