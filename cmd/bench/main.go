// Bench measures the program against bare floors on this machine and prints one
// table of ratios. A floor is the least program that could do the same work; it
// stands beside its measurement and takes no shortcut that the program could
// not take. Product and floor run in turn, several rounds, and the medians are
// compared, because absolute figures of a shared machine mean little.
//
// Everything stays on the loopback interface and in temporary folders.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

// settings are the flags.
type settings struct {
	records  int    // tickets of a pull
	most     int    // tickets of the pull whose memory is looked at
	rows     int    // tickets behind the list
	rounds   int    // of product and floor in turn
	actions  int    // replies whose way is timed
	backlogs int    // webhooks of a backlog
	only     string // names of measurements, parted by commas; "" means all
	profiles string // folder for CPU profiles; "" takes none
	dir      string // temporary
	servers  *servers
}

// measurement is one line or more of the table.
type measurement struct {
	names []string
	run   func(ctx context.Context, s settings, t *table) error
}

var measurements = []measurement{
	{[]string{"P1", "P4", "P2"}, benchPull},
	{[]string{"P3"}, benchLatency},
	{[]string{"P5"}, benchEngine},
	{[]string{"S1", "S2"}, benchList},
	{[]string{"S3"}, benchPages},
	{[]string{"S4"}, benchBrowsers},
	{[]string{"D1", "D1b"}, benchActions},
	{[]string{"D2"}, benchWebhooks},
	{[]string{"D3"}, nameFaults},
	{[]string{"M1"}, benchStart},
	{[]string{"M2"}, benchScale},
}

func main() {
	var s settings
	flag.IntVar(&s.records, "records", 200_000, "tickets that a pull reads")
	flag.IntVar(&s.most, "most", manyRecords, "tickets of the pull whose memory is looked at")
	flag.IntVar(&s.rows, "rows", 1_000_000, "tickets in the database behind the list")
	flag.IntVar(&s.rounds, "rounds", 3, "rounds of product and floor in turn")
	flag.IntVar(&s.actions, "actions", 200, "replies whose delivery is timed")
	flag.IntVar(&s.backlogs, "backlog", 20_000, "webhooks that wait when delivery begins")
	flag.StringVar(&s.only, "only", "", "measure only these, for example P4,S1")
	flag.StringVar(&s.profiles, "profiles", "", "write CPU profiles of the product's rounds to this folder")
	upstream := flag.String("upstream", "", "serve the invented source instead: number of tickets,latency")
	isErrand := flag.Bool("errand", false, "do what standard input says instead, as a process of its own")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := func() error { return bench(ctx, s) }
	switch {
	case *upstream != "":
		run = func() error { return serveUpstream(*upstream) }
	case *isErrand:
		run = func() error { return serveErrand(ctx, os.Stdin, os.Stdout) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func bench(ctx context.Context, s settings) error {
	dir, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s.servers = findServers(ctx)
	defer s.servers.close()
	t := &table{}
	for _, m := range measurements {
		if !wanted(s.only, m.names) || ctx.Err() != nil {
			continue
		}
		s.dir = filepath.Join(dir, m.names[0])
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "measuring %s\n", strings.Join(m.names, ", "))
		if err := m.run(ctx, s, t); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(m.names, ", "), err)
		}
		if err := os.RemoveAll(s.dir); err != nil {
			return err
		}
	}
	t.print(os.Stdout)
	return ctx.Err()
}

// nameFaults says where what is no matter of speed is tried.
func nameFaults(_ context.Context, _ settings, t *table) error {
	t.notRun(line{name: "D3", work: "kill -9 anywhere, 10,000 actions", goal: "0 lost, 0 twice"}, []string{"make faults tries it"})
	return nil
}

func wanted(only string, names []string) bool {
	if only == "" {
		return true
	}
	for _, o := range strings.Split(only, ",") {
		for _, n := range names {
			if strings.EqualFold(strings.TrimSpace(o), n) {
				return true
			}
		}
	}
	return false
}
