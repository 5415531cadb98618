package main

import (
	"log/slog"
	"os"

	"portico/config"
	"portico/connectors/manifest"
	"portico/sync/fault"
)

// program opens the running parts.
func program(config.Config, *slog.Logger) (Program, error) {
	return nil, fault.New(fault.Internal, "This build has no running parts.")
}

// lint returns every mistake of one manifest, or nil.
func lint(path string) error {
	data, err := os.ReadFile(path) // #nosec G304 -- the administrator names the file
	if err != nil {
		return fault.Wrap(fault.Invalid, "read manifest", err)
	}
	if problems := manifest.Lint(path, data); len(problems) > 0 {
		return problems
	}
	return nil
}
