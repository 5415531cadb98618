package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is set when a release is built (-ldflags "-X main.release=1.2.3").
var release string

func (c *console) version() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Say which Portico this is",
		Long:    "Prints the release, the revision it was built from, and the Go version and platform.",
		Example: "  portico version\n  portico version --json",
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			b := built()
			if asJSON {
				return jsonOut(c.out, b)
			}
			fmt.Fprintf(c.out, "portico %s\nrevision %s\n%s %s\n", b.Release, b.Revision, b.Go, b.Platform)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// build is what is known about this program.
type build struct {
	Release  string `json:"release"`
	Revision string `json:"revision"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func built() build {
	b := build{Release: release, Revision: revision, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if ok && b.Release == "" {
		b.Release = info.Main.Version
	}
	if ok && b.Revision == "" {
		b.Revision = stamped(info.Settings)
	}
	if b.Release == "" {
		b.Release = "(devel)"
	}
	if b.Revision == "" {
		b.Revision = "unknown"
	}
	return b
}

// revision is set by the Makefile, which builds without Go's own stamp so that
// the same source yields the same program.
var revision string

func stamped(settings []debug.BuildSetting) string {
	at, modified := "", ""
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			at = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = " (modified)"
		}
	}
	if at == "" {
		return ""
	}
	return at + modified
}
