// Runs ssh with the configuration that a variable names. git hands ssh arguments only through a shell, and the image has none.
package main

import (
	"fmt"
	"os"
	"syscall"
)

const (
	ssh      = "/usr/bin/ssh"
	variable = "HELM_RELEASE_OPERATOR_SSH_CONFIG"
)

func main() {
	config := os.Getenv(variable)
	if config == "" {
		fmt.Fprintf(os.Stderr, "cannot run ssh: %s names no configuration\n", variable)
		os.Exit(255)
	}
	arguments := append([]string{ssh, "-F", config}, os.Args[1:]...)
	err := syscall.Exec(ssh, arguments, os.Environ())
	fmt.Fprintf(os.Stderr, "cannot run ssh: %v\n", err)
	os.Exit(255)
}
