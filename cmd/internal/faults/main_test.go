//go:build faults

package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// program is the binary under test, built once from this tree.
var program string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "portico-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "portico")
	build := exec.Command("go", "build", "-o", program, "portico/cmd/portico")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	template.dir, shared.dir = filepath.Join(dir, "template"), filepath.Join(dir, "shared")
	for _, folder := range []string{template.dir, shared.dir} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	defer removeShared()
	began := time.Now()
	code := m.Run()
	tell(os.Stderr, time.Since(began))
	return code
}
