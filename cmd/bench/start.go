package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"
)

// idleFor is how long the program rests before its memory is looked at.
const idleFor = 10 * time.Second

// benchStart measures the program as it is shipped: its size, how long a start
// takes until the first page, what the page weighs, and what it needs at rest.
func benchStart(ctx context.Context, s settings, t *table) error {
	binary := filepath.Join(s.dir, "portico")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", binary, "portico/cmd/portico") // #nosec G204 -- ourselves
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	t.atMost("M1", "the program, stripped", "MB", float64(info.Size())/1e6, 80, "")
	var first float64
	var took []float64
	for i := range max(1, s.rounds) + 1 {
		one, err := s.start(ctx, binary, i == s.rounds)
		if err != nil {
			return err
		}
		if i == 0 {
			first = one.ready
			continue
		}
		took = append(took, one.ready)
		if i == max(1, s.rounds) {
			t.atMost("M1", "start to the first page, demo data", "ms", median(took), 1000, fmt.Sprintf("the very first, which makes the data: %.0f ms", first))
			t.atMost("M1", "memory at rest", "MiB", one.memory, 100, "")
			t.atMost("M1", "the first page with style and script, as sent", "kB", one.page, 120, "")
		}
	}
	return nil
}

// started is what one start came to.
type started struct{ ready, memory, page float64 }

// start runs the demonstration once. Only the last run rests.
func (s settings) start(ctx context.Context, binary string, last bool) (one started, err error) {
	listen, err := freeAddress()
	if err != nil {
		return one, err
	}
	cmd := exec.CommandContext(ctx, binary, "serve", "--demo") // #nosec G204 -- ourselves
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PORTICO_LISTEN="+listen, "PORTICO_DATA="+filepath.Join(s.dir, "data"))
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return one, err
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	for {
		if _, _, err = fetch(ctx, "http://"+listen+"/demo"); err == nil {
			break
		}
		if time.Since(begin) > time.Minute || ctx.Err() != nil {
			return one, err
		}
		time.Sleep(5 * time.Millisecond)
	}
	one.ready = milliseconds(time.Since(begin))
	if !last {
		return one, nil
	}
	if one.page, err = weighPage(ctx, "http://"+listen); err != nil {
		return one, err
	}
	time.Sleep(idleFor)
	one.memory, err = memory(cmd.Process.Pid, "VmRSS")
	return one, err
}

var linked = regexp.MustCompile(`(?:href|src)="(/[^"]+\.(?:css|js|svg))"`)

// weighPage is what a browser loads for its first page, in kB as sent.
func weighPage(ctx context.Context, base string) (float64, error) {
	page, total, err := fetch(ctx, base+"/demo")
	if err != nil {
		return 0, err
	}
	for _, m := range linked.FindAllStringSubmatch(page, -1) {
		_, n, err := fetch(ctx, base+m[1])
		if err != nil {
			return 0, err
		}
		total += n
	}
	return float64(total) / 1000, nil
}

// fetch returns a body as it was sent, compressed where the server compresses.
func fetch(ctx context.Context, address string) (string, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Accept-Encoding", "br, gzip")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", 0, fmt.Errorf("%s answers %s", address, resp.Status)
	}
	data, err := io.ReadAll(resp.Body)
	return string(data), len(data), err
}
