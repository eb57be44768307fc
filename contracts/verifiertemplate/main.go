// Command verifiertemplate writes the source of a verifier of proofs for any key of a number of public inputs, for ../generate to compile.
package main

import (
	"fmt"
	"os"
	"strconv"

	"lethe/circuits"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "verifiertemplate:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: verifiertemplate PUBLIC-INPUTS")
	}
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	return circuits.WriteSolidityTemplate(os.Stdout, n)
}
