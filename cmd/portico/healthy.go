package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthyMost is how long a portal that serves may take to say so.
const healthyMost = 5 * time.Second

func (c *console) healthy() *cobra.Command {
	return &cobra.Command{
		Use:   "healthy",
		Short: "Ask the portal that runs here whether it is ready",
		Long: "Asks the portal that serves on this machine with this configuration whether it is ready,\n" +
			"and fails when it is not. It is made for the health check of a container, where there is\n" +
			"no other program to ask with.",
		Example: "  portico healthy",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := c.configuration()
			if err != nil {
				return err
			}
			said, err := ask(cmd.Context(), cfg.Listen)
			if err == nil {
				fmt.Fprintln(c.out, said)
			}
			return err
		},
	}
}

// ask reads /readyz of the portal that listens at an address.
func ask(ctx context.Context, listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, healthyMost)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return "", err
	}
	// A transport of its own: the environment may name a proxy.
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return "", fmt.Errorf("nobody answers at %s: %w", listen, err)
	}
	defer func() { _ = answer.Body.Close() }() // only read
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the portal at %s is not ready (status %d)", listen, answer.StatusCode)
	}
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1000))
	return strings.TrimSpace(string(said)), err
}
