module helm-release-operator.io/hack/image/ssh

go 1.26.0
