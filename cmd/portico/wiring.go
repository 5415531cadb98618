package main

import (
	"log/slog"
	"os"

	"portico/cmd/internal/app"
	"portico/config"
	"portico/connectors/manifest"
	"portico/sync/fault"
)

// program wires the running parts; nothing is opened before it is needed.
func program(cfg config.Config, log *slog.Logger) (Program, error) {
	b := built()
	return app.New(cfg, log).Named(b.Release + " " + b.Revision), nil
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
