package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"portico/sync/fault"
	"portico/sync/files"
	"portico/sync/record"
)

func newStore(t *testing.T, o files.Options) (*files.Store, string) {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := files.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, o.Dir
}

// onDisk lists every file below the folder.
func onDisk(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestKeepGivesTheBytesBackUnderARandomName(t *testing.T) {
	t.Parallel()
	s, dir := newStore(t, files.Options{})
	body := []byte(strings.Repeat("line of a log\n", 1000))
	f, err := s.Keep(t.Context(), `..\..\etc/router.log`, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	if f.Name != "router.log" || f.Size != int64(len(body)) || f.SHA256 != hex.EncodeToString(sum[:]) || f.ContentType != "text/plain; charset=utf-8" {
		t.Errorf("kept as %+v", f)
	}
	rc, err := s.Open(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer rc.Close()
	if got, err := io.ReadAll(rc); err != nil || !bytes.Equal(got, body) {
		t.Errorf("read back %d bytes, %v", len(got), err)
	}
	for _, p := range onDisk(t, dir) {
		if strings.Contains(p, "router") {
			t.Errorf("the sender's name is on the disk: %s", p)
		}
	}
	if err := s.Drop(t.Context(), f.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), f.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("after Drop: %v", err)
	}
}

func TestNoIDLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	s, dir := newStore(t, files.Options{Dir: filepath.Join(t.TempDir(), "inner")})
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "..", "../secret", "../../secret", "/etc/passwd", "aa/../../../secret", strings.Repeat(".", 26), strings.Repeat("a", 26), "..%2fsecret", "a\x00b"} {
		if _, err := s.Open(t.Context(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("Open(%q): %v", id, err)
		}
		if err := s.Drop(t.Context(), id); err != nil {
			t.Errorf("Drop(%q): %v", id, err)
		}
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "secret")); err != nil {
		t.Error("the file outside is gone")
	}
}

func TestKeepRefusesAndLeavesNothing(t *testing.T) {
	t.Parallel()
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00", 64)
	cases := map[string]struct {
		name string
		body io.Reader
		want fault.Kind
	}{
		"over the limit":        {"a.txt", strings.NewReader(strings.Repeat("x", 1<<20+1)), fault.TooLarge},
		"empty":                 {"a.txt", strings.NewReader(""), fault.Invalid},
		"program":               {"setup.exe", strings.NewReader("MZ"), fault.Invalid},
		"no ending":             {"README", strings.NewReader("hello"), fault.Invalid},
		"web page as picture":   {"a.png", strings.NewReader("<!doctype html><script>alert(1)</script>"), fault.Invalid},
		"web page as text":      {"a.txt", strings.NewReader("<!doctype html><script>alert(1)</script>"), fault.Invalid},
		"svg as xml":            {"a.xml", strings.NewReader(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>`), fault.Invalid},
		"program as text":       {"a.txt", strings.NewReader("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 64)), fault.Invalid},
		"picture as pdf":        {"a.pdf", strings.NewReader(png), fault.Invalid},
		"turned-around ending":  {"photo\u202egnp.exe", strings.NewReader(png), fault.Invalid},
		"sender goes away":      {"a.txt", io.MultiReader(strings.NewReader(strings.Repeat("x", 9000)), iotest.ErrReader(io.ErrUnexpectedEOF)), fault.Invalid},
		"sender goes at once":   {"a.txt", iotest.ErrReader(io.ErrUnexpectedEOF), fault.Invalid},
		"exactly at the limit":  {"a.txt", strings.NewReader(strings.Repeat("x", 1<<20)), ""},
		"picture with its name": {"a.PNG", strings.NewReader(png), ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dir := newStore(t, files.Options{MaxFile: 1 << 20})
			f, err := s.Keep(t.Context(), c.name, c.body)
			if c.want == "" {
				if err != nil || f.Size == 0 {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if !fault.Is(err, c.want) {
				t.Fatalf("got %v (%s), want %s", err, fault.KindOf(err), c.want)
			}
			if left := onDisk(t, dir); len(left) != 0 {
				t.Errorf("left on the disk: %v", left)
			}
		})
	}
}

func TestTheLimitIsNamed(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t, files.Options{})
	_, err := s.Keep(t.Context(), "a.txt", endless{})
	if !fault.Is(err, fault.TooLarge) || !strings.Contains(fault.Public(err), "25 MB") {
		t.Errorf("got %v", err)
	}
}

func TestAFullDiskCanBeEnded(t *testing.T) {
	t.Parallel()
	err := files.DiskFault("store file", &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})
	if !fault.Is(err, fault.Unavailable) || fault.Public(err) == "" {
		t.Errorf("a full disk is %v", err)
	}
	if err := files.DiskFault("store file", syscall.EIO); !fault.Is(err, fault.Internal) {
		t.Errorf("a broken disk is %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestCachedFetchesOnceForManyAskers(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t, files.Options{})
	account := record.NewAccountID()
	var fetched atomic.Int32
	release := make(chan struct{})
	fetch := func(context.Context) (io.ReadCloser, error) {
		fetched.Add(1)
		<-release
		return io.NopCloser(strings.NewReader("bytes")), nil
	}
	leaver, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, _, err := s.Cached(leaver, account, "17", fetch)
		gone <- err
	}()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			rc, size, err := s.Cached(t.Context(), account, "17", fetch)
			if err != nil {
				t.Error(err)
				return
			}
			defer rc.Close()
			if b, err := io.ReadAll(rc); err != nil || string(b) != "bytes" || size != 5 {
				t.Errorf("%q %d %v", b, size, err)
			}
		})
	}
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(release)
	wg.Wait()
	if n := fetched.Load(); n != 1 {
		t.Errorf("fetched %d times", n)
	}
}

func TestCacheNeverCrossesAccountsAndForgets(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s, dir := newStore(t, files.Options{Now: func() time.Time { return now }, CacheLife: time.Hour, MaxCached: 10})
	one, two := record.NewAccountID(), record.NewAccountID()
	say := func(text string) func(context.Context) (io.ReadCloser, error) {
		return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	}
	read := func(a record.AccountID, text string) string {
		rc, _, err := s.Cached(t.Context(), a, "../../same key", say(text))
		if err != nil {
			t.Fatal(err)
		}
		defer rc.Close()
		b, _ := io.ReadAll(rc)
		return string(b)
	}
	if read(one, "first") != "first" || read(two, "second") != "second" || read(one, "changed") != "first" {
		t.Error("an entry crossed accounts or was not kept")
	}
	if err := s.Forget(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if read(one, "anew") != "anew" || read(two, "other") != "second" {
		t.Error("Forget took too little or too much")
	}
	if _, _, err := s.Cached(t.Context(), one, "big", say("more than ten bytes")); !fault.Is(err, fault.TooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	broken := func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))), nil
	}
	if _, _, err := s.Cached(t.Context(), one, "cut", broken); !fault.Is(err, fault.Unavailable) {
		t.Errorf("cut download: %v", err)
	}
	if got := read(one, "anew"); got != "anew" {
		t.Errorf("after a cut download: %q", got)
	}
	now = now.Add(2 * time.Hour)
	if n, err := s.Sweep(t.Context()); err != nil || n != 2 {
		t.Errorf("swept %d, %v", n, err)
	}
	if left := onDisk(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
