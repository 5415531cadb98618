package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/bulk"
)

// serveUpstream answers as the invented source until its standard input ends,
// so that it never outlives the bench. It prints its address.
func serveUpstream(what string) error {
	count, latency, _ := strings.Cut(what, ",")
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	wait, err := time.ParseDuration(latency)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	server := &http.Server{Handler: bulk.New(bulk.Options{Tickets: n, Companies: companies, Latency: wait}), ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		_ = server.Close()
	}()
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// upstream starts the source as a process of its own, so that its work is not
// the product's, and returns its host:port.
func upstream(ctx context.Context, tickets int, latency time.Duration) (address string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-upstream", fmt.Sprintf("%d,%s", tickets, latency)) // #nosec G204 -- ourselves
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = in.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("start the source: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}
