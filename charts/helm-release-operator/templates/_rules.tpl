{{/* docs/reference/rights.md tells what each is for; a test compares. These are wanted in its own namespace only. */}}
{{- define "helm-operator.rulesAtHome" -}}
{{- $one := include "helm-operator.allowNamespace" . -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [helm-release-operator{{ if $one }}-{{ $one }}{{ end }}]
  verbs: [get, update]
# A name cannot be asked for before there is one.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: ['']
  resources: [serviceaccounts/token]
  resourceNames: [{{ include "helm-operator.serviceAccountName" . }}]
  verbs: [create]
{{- if .Values.tenantMode }}
- apiGroups: ['']
  resources: [secrets]
  verbs: [get, list, watch, create, delete]
- apiGroups: ['']
  resources: [secrets]
  resourceNames: [helm-release-operator-notified]
  verbs: [patch]
{{- end }}
{{- end -}}

{{/* And these wherever its HelmReleases are. */}}
{{- define "helm-operator.rules" -}}
{{- $one := include "helm-operator.allowNamespace" . -}}
{{- $tenants := .Values.tenantMode -}}
{{- $accounts := .Values.rbac.accounts | default (ternary (list "*") list $tenants) -}}
- apiGroups: [helm.fluxcd.io]
  resources: [helmreleases]
  verbs: [get, list, watch, patch{{ if or $one $tenants }}, create{{ end }}]
- apiGroups: [helm.fluxcd.io]
  resources: [helmreleases/status]
  verbs: [update]
- apiGroups: [gitops.helm-release-operator.io]
  resources: [gitsyncs]
  verbs: [get, list, watch, patch{{ if or $one $tenants }}, create{{ end }}]
- apiGroups: [gitops.helm-release-operator.io]
  resources: [gitsyncs/status]
  verbs: [update]
{{- with $accounts }}
- apiGroups: ['']
  resources: [serviceaccounts]
  {{- if not (has "*" .) }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [impersonate]
{{- end }}
{{- if $tenants }}
- apiGroups: ['']
  resources: [events]
  verbs: [create, patch]
{{- else }}
- apiGroups: ['']
  resources: [secrets]
  verbs: [get, list, watch, create, update, patch, delete]
- apiGroups: ['']
  resources: [configmaps, pods, services, persistentvolumeclaims]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets, replicasets]
  verbs: [get, list, watch]
- apiGroups: ['']
  resources: [events]
  verbs: [list, create, patch]
- apiGroups: ['']
  resources: [pods/log]
  verbs: [get]
- apiGroups: ['', batch]
  resources: [pods, jobs]
  verbs: [delete]
{{- if not $one }}
- apiGroups: ['']
  resources: [namespaces]
  verbs: [get]
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  verbs: [get]
{{- end }}
{{- if $accounts }}
- apiGroups: ['']
  resources: [configmaps]
  verbs: [create, patch]
{{- end }}
{{- range .Values.rbac.chartRules }}
{{- if not (and .nonResourceURLs (include "helm-operator.namespaced" $)) }}
{{ toYaml (list .) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
