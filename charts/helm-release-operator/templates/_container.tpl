{{- define "helm-operator.image" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- with .Values.image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{- define "helm-operator.args" -}}
- --work-dir=/var/lib/helm-release-operator
- --leader-elect
- --shutdown-timeout={{ sub .Values.terminationGracePeriodSeconds 45 }}s
- --workers={{ .Values.workers }}
- --charts-sync-interval={{ .Values.chartsSyncInterval }}
- --update-chart-deps={{ .Values.updateChartDeps }}
- --log-format={{ .Values.logFormat }}
- --log-level={{ .Values.logLevel }}
{{- if .Values.logLevelConfigMap }}
- --log-level-file=/etc/helm-release-operator/log/level
{{- end }}
- --log-release-diffs={{ .Values.logReleaseDiffs }}
{{- with .Values.tracing.endpoint }}
- --otlp-endpoint={{ . }}
{{- end }}
- --git-poll-interval={{ .Values.git.pollInterval }}
- --git-timeout={{ .Values.git.timeout }}
{{- with .Values.git.defaultRef }}
- --git-default-ref={{ . }}
{{- end }}
{{- with include "helm-operator.allowNamespace" . }}
- --allow-namespace={{ . }}
{{- end }}
{{- if .Values.tenantMode }}
- --tenant-mode
{{- else if not .Values.crossNamespaceRefs }}
- --no-cross-namespace-refs
{{- end }}
{{- if .Values.configureRepositories.enable }}
- --helm-repository-import=v3:/root/.helm/repository/repositories.yaml
{{- end }}
{{- if .Values.webhooks.enabled }}
- --webhook-listen=:3031
{{- end }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* By its address the one that leads is found by those that stand by. */}}
{{- define "helm-operator.env" -}}
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: HELM_RELEASE_NAME
  value: {{ .Release.Name | quote }}
{{- with .Values.extraEnvs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* git gets a new pod with a new configuration; all else that is mounted the operator follows by itself. */}}
{{- define "helm-operator.podAnnotations" -}}
{{- $annotations := dict -}}
{{- if .Values.git.config.enabled -}}
{{- $_ := set $annotations "checksum/git-config" (default "" .Values.git.config.data | sha256sum) -}}
{{- end -}}
{{- if .Values.prometheus.enabled -}}
{{- $_ := set $annotations "prometheus.io/scrape" "true" -}}
{{- $_ := set $annotations "prometheus.io/port" "3030" -}}
{{- end -}}
{{- range $key, $value := .Values.podAnnotations -}}
{{- $_ := set $annotations $key (toString $value) -}}
{{- end -}}
{{- with $annotations }}{{ toYaml . }}{{ end -}}
{{- end -}}
