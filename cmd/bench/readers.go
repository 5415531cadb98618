package main

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// read asks for lists as fast as they come and returns the rate and the p99 in
// milliseconds.
func (p *product) read(ctx context.Context, address string) (rate, p99 float64, err error) {
	var mu sync.Mutex
	var all []float64
	var failed error
	begin := time.Now()
	var readers sync.WaitGroup
	for n := range listReaders {
		readers.Go(func() {
			took, err := p.reader(ctx, address, n, begin.Add(listFor))
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			if err != nil {
				failed = err
			}
		})
	}
	readers.Wait()
	return perSecond(len(all), time.Since(begin)), quantile(all, .99), failed
}

// readMetered adds what a read cost this process and the database's.
func (p *product) readMetered(ctx context.Context, address string, own, server *meter) (rate, p99 float64, err error) {
	before := p.home.spent(ctx)
	own.begin()
	rate, p99, err = p.read(ctx, address)
	n := int(rate * listFor.Seconds())
	own.end(n)
	server.add(p.home.spent(ctx)-before, n)
	return rate, p99, err
}

func (p *product) reader(ctx context.Context, address string, n int, until time.Time) ([]float64, error) {
	c, err := dial(address)
	if err != nil {
		return nil, err
	}
	defer c.close()
	took := make([]float64, 0, 1<<14)
	for i := n; ctx.Err() == nil; i += listReaders {
		begin := time.Now()
		if begin.After(until) {
			break
		}
		if _, err := c.get(p.listPath(i), p.cookie); err != nil {
			return nil, err
		}
		took = append(took, milliseconds(time.Since(begin)))
	}
	return took, nil
}

// weigh counts the allocations of a request, one reader and nothing else at
// work; what the process allocates by itself meanwhile is too little to matter.
func (p *product) weigh(address string) (bytes int, allocs float64, err error) {
	c, err := dial(address)
	if err != nil {
		return 0, 0, err
	}
	defer c.close()
	const requests = 300
	var before, after runtime.MemStats
	for i := range 2 * requests {
		if i == requests {
			runtime.ReadMemStats(&before)
		}
		if bytes, err = c.get(p.listPath(i), p.cookie); err != nil {
			return 0, 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return bytes, float64(after.Mallocs-before.Mallocs) / requests, nil
}
