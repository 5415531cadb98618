package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"portico/config"
	"portico/sync/fault"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// console is everything a command touches of the outside, so that tests can
// run any command without a process.
type console struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
	open     opener
	lint     func(path string) error // nil when the manifest can be used

	configFile string // --config
}

// usageError is a command that was asked wrongly.
type usageError struct {
	problem string
	command string // whose help to read
}

func (e usageError) Error() string { return e.problem }

// run carries out one command line and returns the exit code.
func (c *console) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(c.err, "portico: "+words(err))
	var usage usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(c.err, "Run \"%s -h\" for help.\n", usage.command)
		return exitUsage
	}
	return exitFailure
}

// words puts an error as an administrator should read it: the sentence meant
// for people, the cause, and what to do.
func words(err error) string {
	var mistakes config.Mistakes
	if errors.As(err, &mistakes) {
		return "the configuration cannot be used:\n  " + strings.Join(mistakes, "\n  ")
	}
	var b strings.Builder
	public := fault.Public(err)
	switch cause := err.Error(); {
	case public == "":
		b.WriteString(cause)
	case strings.Contains(cause, public):
		b.WriteString(public)
	default:
		b.WriteString(public + "\n  Cause: " + cause)
	}
	fields := fault.Fields(err)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		fmt.Fprintf(&b, "\n  %s: %s", name, fields[name])
	}
	if hint := hints[fault.KindOf(err)]; hint != "" {
		b.WriteString("\n  " + hint)
	}
	return b.String()
}

// hints say what to do where the kind alone tells it.
var hints = map[fault.Kind]string{
	fault.Setup:       "\"portico doctor\" tries everything the program depends on.",
	fault.Unavailable: "Trying again later may help; \"portico connector check NAME\" says what does not answer.",
	fault.Limited:     "The other side asks us to slow down; try again later.",
	fault.Broken:      "The other side answered something it should not; \"portico connector check NAME\" shows what.",
}

// configuration reads and checks the configuration, and makes the logger that it asks for.
func (c *console) configuration() (config.Config, *slog.Logger, error) {
	cfg, err := config.Load(c.configFile, c.environ)
	if err != nil {
		return config.Config{}, nil, err
	}
	log := logger(cfg.Log, c.err)
	for _, warning := range cfg.Warnings() {
		log.Warn(warning)
	}
	return cfg, log, nil
}

// with opens the program, lets work use it and closes it.
func (c *console) with(work func(Program) error) error {
	cfg, log, err := c.configuration()
	if err != nil {
		return err
	}
	p, err := c.open(cfg, log)
	if err != nil {
		return err
	}
	return errors.Join(work(p), p.Close())
}

func logger(l config.Log, w io.Writer) *slog.Logger {
	// The configuration allows only words that slog knows.
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
