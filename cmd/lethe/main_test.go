package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asProgram makes the test binary the program itself, so that tests run it as users do, and can kill it.
const (
	asProgram = "LETHE_TEST_AS_PROGRAM"
	crashAt   = "LETHE_TEST_CRASH_AT" // a crash point, with ":n" for its n-th time
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(runProgram())
	}
	testscript.Main(m, map[string]func(){"lethe": func() { os.Exit(runProgram()) }})
}

func runProgram() int {
	ctx, stop := untilStopped()
	defer stop()
	p := &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, step: killAt(os.Getenv(crashAt))}
	return p.run(ctx, os.Args[1:])
}

// killAt ends the process as kill -9 does, at a crash point.
func killAt(spec string) func(string) {
	if spec == "" {
		return nil
	}
	point, times, _ := strings.Cut(spec, ":")
	left, err := strconv.Atoi(times)
	if err != nil {
		left = 1
	}
	return func(at string) {
		if at != point {
			return
		}
		if left--; left == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal arrives
		}
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true})
}
