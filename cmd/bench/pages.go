package main

import (
	"context"
	"fmt"
	"time"
)

// pagesEvery is how often a reader asks for a page while a pull runs.
const pagesEvery = 25 * time.Millisecond

// pagesWhilePulling serves the portal and asks for lists while a pull runs.
func (s settings) pagesWhilePulling(ctx context.Context, source string, t *table) error {
	p, err := newProduct(ctx, s.at(nil, "pages"), source)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	stop, err := p.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	pulling := make(chan error, 1)
	go func() {
		_, _, err := p.pull(ctx, false)
		pulling <- err
	}()
	client, err := dial(p.cfg.Listen)
	if err != nil {
		return err
	}
	defer client.close()
	var took []float64
	tick := time.NewTicker(pagesEvery)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case err := <-pulling:
			t.atMost("P4", fmt.Sprintf("pages meanwhile, p99 of %d", len(took)), "ms", quantile(took, .99), 50, fmt.Sprintf("p50 %.1f ms", median(took)))
			return err
		case <-tick.C:
			begin := time.Now()
			if _, err := client.get(p.listPath(i), p.cookie); err != nil {
				return err
			}
			took = append(took, milliseconds(time.Since(begin)))
		}
	}
}
