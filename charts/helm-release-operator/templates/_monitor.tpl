{{/* Arguments: the root, what is set of the monitor, its kind, and what it calls its endpoints. */}}
{{- define "helm-operator.monitor" -}}
apiVersion: monitoring.coreos.com/v1
kind: {{ .kind }}
metadata:
  name: {{ include "helm-operator.fullname" .root }}
  namespace: {{ default .root.Release.Namespace .monitor.namespace }}
  labels: {{- merge (deepCopy (default dict .monitor.additionalLabels)) (include "helm-operator.labels" .root | fromYaml) | toYaml | nindent 4 }}
spec:
  namespaceSelector:
    matchNames: [{{ .root.Release.Namespace }}]
  selector:
    matchLabels: {{- include "helm-operator.selector" .root | nindent 6 }}
  {{ .endpoints }}:
    - port: http
      path: /metrics
      honorLabels: true
      {{- with .monitor.interval }}
      interval: {{ . }}
      {{- end }}
      {{- with .monitor.scrapeTimeout }}
      scrapeTimeout: {{ . }}
      {{- end }}
{{- end -}}
