// Command portico is the whole of Portico in one program: the portal, its
// background work, and the tools of the administrator. "portico -h" lists what
// it can do. It exits 0 when it did, 1 when it failed and 2 when it was asked
// wrongly.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	// People's time zones must work on machines that have no zone files.
	_ "time/tzdata"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the default is back: a second one ends the program at once.
	context.AfterFunc(ctx, stop)
	console := console{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ(), open: program, lint: lint}
	code := console.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
