package main

import (
	"log/slog"

	"portico/config"
	"portico/sync/fault"
)

// program opens the running parts.
func program(config.Config, *slog.Logger) (Program, error) {
	return nil, fault.New(fault.Internal, "This build has no running parts.")
}

// lint reads one manifest.
func lint(string) error {
	return fault.New(fault.Internal, "This build has no manifest language.")
}
