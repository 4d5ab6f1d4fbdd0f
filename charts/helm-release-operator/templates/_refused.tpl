{{/* What a schema can only call wrong. Every sentence that holds is told at once. */}}
{{- define "helm-operator.refuse" -}}
{{- $values := .Values -}}
{{- $said := list -}}
{{- $tls := $values.tls | default dict -}}
{{- $helm2 := "asks for Helm 2 and its Tiller, which are not supported: convert these releases with the plugin 2to3, and remove the value" -}}
{{- $said = concat $said (include "helm-operator.refusedInPod" . | fromJsonArray) -}}
{{- if regexMatch "(fluxcd|weaveworks)/helm-operator(-prerelease)?$" $values.image.repository -}}
{{- $said = append $said "image.repository: that is the image of Helm Operator 1.4.4: name the one of this operator, or remove image.repository and image.tag" -}}
{{- end -}}
{{- if and (include "helm-operator.namespaced" .) $values.allowNamespace (ne $values.allowNamespace .Release.Namespace) -}}
{{- $said = append $said (printf "allowNamespace: it is %s, but with namespaced: true or clusterRole.create: false it is the namespace of the release, %s: install the release there, or leave one of the two off" $values.allowNamespace .Release.Namespace) -}}
{{- end -}}
{{- if and (not $values.clusterRole.create) $values.clusterRole.name -}}
{{- $said = append $said "clusterRole.name: with clusterRole.create: false there is only a Role: remove the name, or set rbac.create: false and bind a role of your own in extraManifests" -}}
{{- end -}}
{{- if and (hasKey $values.securityContext "runAsUser") (eq (toString $values.securityContext.runAsUser) "0") -}}
{{- $said = append $said "securityContext.runAsUser: the operator needs no root, and the pod is set to run without: remove runAsUser" -}}
{{- end -}}
{{- if not (contains "v3" (($values.helm | default dict).versions | default "v3")) -}}
{{- $said = append $said (printf "helm.versions: %s" $helm2) -}}
{{- end -}}
{{- if $values.tillerHost -}}
{{- $said = append $said (printf "tillerHost: %s" $helm2) -}}
{{- end -}}
{{- if or $tls.enable $tls.verify -}}
{{- $said = append $said (printf "tls: %s" $helm2) -}}
{{- end -}}
{{- if ($values.tillerSidecar | default dict).enabled -}}
{{- $said = append $said (printf "tillerSidecar.enabled: %s" $helm2) -}}
{{- end -}}
{{- if ($values.convert | default dict).tillerOutCluster -}}
{{- $said = append $said (printf "convert.tillerOutCluster: %s" $helm2) -}}
{{- end -}}
{{- if ($values.initPlugins | default dict).enable -}}
{{- $said = append $said "initPlugins.enable: plugins of helm are not run: serve such charts over https or from an OCI registry, and set false" -}}
{{- end -}}
{{- if $values.rbac.pspEnabled -}}
{{- $said = append $said "rbac.pspEnabled: Kubernetes has no PodSecurityPolicy any more: remove it; the pod fits the level restricted of Pod Security" -}}
{{- end -}}
{{- if contains "server:" (($values.kube | default dict).config | default "") -}}
{{- $said = append $said "kube.config: it was for the kubectl in the old image, and the operator works on the cluster that it runs in: remove it; for another cluster mount a kubeconfig by extraVolumes and set --kubeconfig in extraArgs" -}}
{{- end -}}
{{- /* Whoever may make ClusterRoles may look at definitions too; with a Role alone one may not. */ -}}
{{- if and .Release.IsUpgrade (not $values.createCRD) (not (include "helm-operator.namespaced" .)) -}}
{{- range list "helmreleases.helm.fluxcd.io" "gitsyncs.gitops.helm-release-operator.io" -}}
{{- $definition := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" . -}}
{{- $marks := ($definition.metadata | default dict).annotations | default dict -}}
{{- $owner := printf "%s/%s" (get $marks "meta.helm.sh/release-namespace") (get $marks "meta.helm.sh/release-name") -}}
{{- if and (eq $owner (printf "%s/%s" $.Release.Namespace $.Release.Name)) (ne (get $marks "helm.sh/resource-policy") "keep") -}}
{{- $said = append $said (printf "createCRD: helm would delete the definition %s, which came with this release, and all that is of its kind: set true" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $said -}}
{{- fail (printf "\n\nthe values cannot be used:\n  %s\n" (join "\n  " $said)) -}}
{{- end -}}
{{- end -}}
