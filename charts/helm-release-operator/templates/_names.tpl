{{/* The name that the chart of Helm Operator had: label `app` of its pods, which dashboards know. */}}
{{- define "helm-operator.name" -}}
{{- default "helm-operator" .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* As there, so that its objects are taken over. */}}
{{- define "helm-operator.fullname" -}}
{{- $name := default "helm-operator" .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if or (contains $name .Release.Name) (contains .Chart.Name .Release.Name) -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* A Deployment can never change its selector. */}}
{{- define "helm-operator.selector" -}}
app: {{ include "helm-operator.name" . }}
release: {{ .Release.Name }}
{{- end -}}

{{- define "helm-operator.labels" -}}
{{ include "helm-operator.selector" . }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
heritage: {{ .Release.Service }}
{{- end -}}

{{- define "helm-operator.serviceAccountName" -}}
{{- $own := ternary (include "helm-operator.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $own .Values.serviceAccount.name -}}
{{- end -}}

{{- define "helm-operator.clusterRoleName" -}}
{{- default (include "helm-operator.fullname" .) .Values.clusterRole.name -}}
{{- end -}}

{{- define "helm-operator.gitConfigSecretName" -}}
{{- default (printf "%s-git-config" (include "helm-operator.fullname" .)) .Values.git.config.secretName -}}
{{- end -}}

{{/* Not empty: a Role is enough. */}}
{{- define "helm-operator.namespaced" -}}
{{- if or .Values.namespaced (not .Values.clusterRole.create) }}yes{{ end -}}
{{- end -}}

{{/* Empty: all namespaces. */}}
{{- define "helm-operator.allowNamespace" -}}
{{- if include "helm-operator.namespaced" . }}{{ .Release.Namespace }}{{ else }}{{ default "" .Values.allowNamespace }}{{ end -}}
{{- end -}}
