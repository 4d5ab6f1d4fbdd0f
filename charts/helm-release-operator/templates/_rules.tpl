{{/* docs/reference/rights.md tells what each is for; a test compares. */}}
{{- define "helm-operator.rules" -}}
{{- $one := include "helm-operator.allowNamespace" . -}}
{{- $accounts := .Values.rbac.gitSyncAccounts -}}
- apiGroups: [helm.fluxcd.io]
  resources: [helmreleases]
  verbs: [get, list, watch, patch{{ if $one }}, create{{ end }}]
- apiGroups: [helm.fluxcd.io]
  resources: [helmreleases/status]
  verbs: [update]
- apiGroups: [gitops.helm-release-operator.io]
  resources: [gitsyncs]
  verbs: [get, list, watch, patch{{ if $one }}, create{{ end }}]
- apiGroups: [gitops.helm-release-operator.io]
  resources: [gitsyncs/status]
  verbs: [update]
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
  resources: [serviceaccounts]
  {{- if not (has "*" $accounts) }}
  resourceNames: {{ toJson $accounts }}
  {{- end }}
  verbs: [impersonate]
- apiGroups: ['']
  resources: [configmaps]
  verbs: [create, patch]
{{- end }}
{{- range .Values.rbac.chartRules }}
{{- if not (and .nonResourceURLs (include "helm-operator.namespaced" $)) }}
{{ toYaml (list .) }}
{{- end }}
{{- end }}
{{- end -}}
