{{/* What the chart itself mounts: extraVolumeMounts come after it. */}}
{{- define "helm-operator.volumeMounts" -}}
{{- $ssh := .Values.git.ssh -}}
{{- $repositories := .Values.configureRepositories -}}
- name: work
  mountPath: /var/lib/helm-release-operator
- name: tmp
  mountPath: /tmp
{{- if $ssh.secretName }}
- name: git-key
  mountPath: /etc/fluxd/ssh
  readOnly: true
{{- end }}
{{- if or $ssh.known_hosts $ssh.configMapName }}
- name: ssh
  mountPath: /root/.ssh
  readOnly: true
{{- end }}
{{- if .Values.git.config.enabled }}
- name: git-config
  mountPath: /root/.gitconfig
  subPath: gitconfig
  readOnly: true
{{- end }}
{{- if $repositories.enable }}
# The whole folder: a single file would never be followed.
- name: {{ $repositories.volumeName }}
  mountPath: /root/.helm/repository
  readOnly: true
{{- end }}
{{- if .Values.logLevelConfigMap }}
# The whole folder: a single file would never be followed.
- name: log-level
  mountPath: /etc/helm-release-operator/log
  readOnly: true
{{- end }}
{{- if .Values.dockerConfigSecret }}
- name: docker-config
  mountPath: /root/.docker
  readOnly: true
{{- end }}
{{- end -}}

{{- define "helm-operator.volumes" -}}
{{- $ssh := .Values.git.ssh -}}
{{- $repositories := .Values.configureRepositories -}}
- name: work
  emptyDir: {}
- name: tmp
  emptyDir: {}
{{- with $ssh.secretName }}
- name: git-key
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- if or $ssh.known_hosts $ssh.configMapName }}
- name: ssh
  projected:
    sources:
      {{- if $ssh.known_hosts }}
      - configMap:
          name: {{ include "helm-operator.fullname" . }}-ssh-config
      {{- end }}
      {{- with $ssh.configMapName }}
      - configMap:
          name: {{ . }}
          items:
            - key: {{ $ssh.configMapKey }}
              path: config
      {{- end }}
{{- end }}
{{- if .Values.git.config.enabled }}
- name: git-config
  secret:
    secretName: {{ include "helm-operator.gitConfigSecretName" . }}
    defaultMode: 0440
{{- end }}
{{- if $repositories.enable }}
- name: {{ $repositories.volumeName }}
  secret:
    secretName: {{ $repositories.secretName }}
    defaultMode: 0440
{{- end }}
{{- with .Values.logLevelConfigMap }}
- name: log-level
  configMap:
    name: {{ . }}
    optional: true
{{- end }}
{{- with .Values.dockerConfigSecret }}
- name: docker-config
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - key: .dockerconfigjson
        path: config.json
{{- end }}
{{- end -}}
