package live_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/portal/live"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/change"
	"portico/sync/record"
)

// open is how many browsers the benchmark holds open.
const open = 1000

// BenchmarkAThousandBrowsers measures from one change until the last of a
// thousand connections has it, and what they take together. The readers live in
// the same process, so the memory is theirs as well.
func BenchmarkAThousandBrowsers(b *testing.B) {
	src := &source{}
	hub := live.New(live.Options{Events: src, Most: open})
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go func() { _ = hub.Run(ctx) }()
	for !src.subscribed() {
		runtime.Gosched()
	}
	// Received only when the hub listens.
	src.send(change.New(change.RecordsChanged, time.Now(), record.NewAccountID(), record.KindTicket))
	a := record.NewAccountID()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := grant.Member(grant.User{ID: r.URL.Path}, a, access.Owner)
		if err := hub.Serve(w, r, s, func(context.Context) (access.Scope, error) { return s, nil }); err != nil {
			b.Error(err)
		}
	}))
	defer server.Close()
	defer hub.Close()
	before := memory()
	heard := make(chan time.Time, open)
	for n := range open {
		if err := listen(server.Listener.Addr().String(), n, heard); err != nil {
			b.Fatal(err)
		}
	}
	for range open {
		<-heard // greeted
	}
	took := float64(memory()-before) / (1 << 20)
	var waits []time.Duration
	for b.Loop() {
		begin := time.Now()
		src.send(change.New(change.RecordsChanged, begin, a, record.KindTicket, record.NewID().String()))
		for range open {
			waits = append(waits, (<-heard).Sub(begin))
		}
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(took, "MiB")
}

func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// listen opens one connection and notes when each event has arrived.
func listen(address string, n int, heard chan<- time.Time) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "GET /%d HTTP/1.1\r\nHost: portal\r\n\r\n", n); err != nil {
		return err
	}
	go func() {
		defer func() { _ = conn.Close() }()
		lines := bufio.NewReaderSize(conn, 512)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			if strings.HasPrefix(line, "event: hello") || strings.HasPrefix(line, "event: change") {
				heard <- time.Now()
			}
		}
	}()
	return nil
}
