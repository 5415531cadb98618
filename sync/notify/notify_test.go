package notify_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/notify"
)

var ines = access.User{ID: "u1", Name: "Ines Albrecht", Email: "ines@nordwind.example"}

// run starts a mailer and stops it when the test ends.
func run(t *testing.T, o notify.Options) *notify.Mailer {
	t.Helper()
	m, err := notify.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = m.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return m
}

// logged turns log lines into a channel, so that a test can wait for one.
type logged chan string

func (l logged) Write(b []byte) (int, error) { l <- string(b); return len(b), nil }

func (l logged) await(t *testing.T, part string) string {
	t.Helper()
	for {
		select {
		case line := <-l:
			if strings.Contains(line, part) {
				return line
			}
		case <-t.Context().Done():
			t.Fatalf("never logged: %s", part)
		}
	}
}

func newLog() (*slog.Logger, logged) {
	l := make(logged, 1000)
	return slog.New(slog.NewTextHandler(l, nil)), l
}

func TestWithoutAServerMailsAreFiles(t *testing.T) {
	t.Parallel()
	log, lines := newLog()
	dir := filepath.Join(t.TempDir(), "mails")
	m := run(t, notify.Options{Server: always(notify.Server{}), Dir: dir, Provider: called("Halden IT"), Log: log})
	lines.await(t, "no mail server is configured")
	m.PasswordReset(ines, "https://portal.example/reset?token=abc", 30*time.Minute)
	if line := lines.await(t, "mail kept as a file"); strings.Contains(line, "abc") || strings.Contains(line, ines.Email) {
		t.Errorf("the log holds a secret or an address: %s", line)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if to := msg.Header.Get("To"); to != `"Ines Albrecht" <ines@nordwind.example>` {
		t.Errorf("To: %s", to)
	}
	body, _ := io.ReadAll(msg.Body)
	for _, part := range []string{"text/plain", "text/html", "30 minutes", "https://portal.example/reset?token=3Dabc"} {
		if !strings.Contains(string(body), part) {
			t.Errorf("%q is missing in\n%s", part, body)
		}
	}
	if msg.Header.Get("Auto-Submitted") != "auto-generated" || !strings.HasSuffix(msg.Header.Get("Message-ID"), "@localhost>") {
		t.Errorf("headers %v", msg.Header)
	}
}

func TestNobodyAddsAHeader(t *testing.T) {
	t.Parallel()
	log, lines := newLog()
	server := newFakeServer(t)
	settings := server.settings()
	settings.FromName = "x\r\nX-Evil: 1"
	m := run(t, notify.Options{Server: always(settings), Dir: t.TempDir(), Provider: called("Halden\r\nBcc: a@evil.example"), Log: log})
	u := ines
	u.Name = "Ines\r\nBcc: b@evil.example\r\n\r\n<script>\u202e"
	m.PasswordChanged(u, time.Now())
	lines.await(t, "mail sent")
	sent := server.next(t)
	msg, err := mail.ReadMessage(strings.NewReader(sent.data))
	if err != nil {
		t.Fatal(err)
	}
	if msg.Header.Get("Bcc") != "" || msg.Header.Get("X-Evil") != "" || len(sent.to) != 1 || sent.to[0] != ines.Email {
		t.Errorf("a header or recipient was added: %v to %v", msg.Header, sent.to)
	}
	if strings.Contains(sent.data, "<script>\n") || strings.Contains(sent.data, "<p>Hello Ines Bcc: b@evil.example <script>") {
		t.Error("a name is markup")
	}
	for _, address := range []string{"a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "Name <a@b.example>", ""} {
		bad := ines
		bad.Email = address
		m.PasswordChanged(bad, time.Now())
		lines.await(t, "this is not one mail address")
	}
}

func TestAServerThatIsAwayLosesNothing(t *testing.T) {
	t.Parallel()
	log, lines := newLog()
	server := newFakeServer(t, "421 later", "451 later", "250 fine")
	m := run(t, server.options(t, notify.Options{Provider: called("Halden IT"), Log: log, Retries: []time.Duration{0, 0, 0}}))
	m.PasswordReset(ines, "https://portal.example/reset?token=abc", 30*time.Minute)
	lines.await(t, "mail not sent yet")
	lines.await(t, "mail not sent yet")
	lines.await(t, "mail sent")
	if sent := server.next(t); !strings.Contains(sent.data, "Set a new password") {
		t.Errorf("sent %q", sent.data)
	}
}

func TestARefusalIsFinalAndLogged(t *testing.T) {
	t.Parallel()
	log, lines := newLog()
	server := newFakeServer(t, "550 nobody here")
	m := run(t, server.options(t, notify.Options{Provider: called("Halden IT"), Log: log, Retries: []time.Duration{0}}))
	m.PasswordReset(ines, "https://portal.example/reset?token=abc", 30*time.Minute)
	if line := lines.await(t, "level=ERROR"); !strings.Contains(line, "mail not sent") || !strings.Contains(line, "attempt=1") || strings.Contains(line, "token") {
		t.Errorf("logged %s", line)
	}
}

func TestWhatIsHeldReachesNoServer(t *testing.T) {
	t.Parallel()
	log, lines := newLog()
	var free atomic.Bool
	server := newFakeServer(t, "250 fine")
	m := run(t, server.options(t, notify.Options{Provider: called("Halden IT"), Log: log, Retries: []time.Duration{0, 0},
		Held: func(context.Context) bool { return !free.Load() }}))
	m.PasswordReset(ines, "https://portal.example/reset?token=abc", 30*time.Minute)
	if line := lines.await(t, "level=ERROR"); !strings.Contains(line, "held") || !strings.Contains(line, "attempt=1") {
		t.Errorf("logged %s", line)
	}
	free.Store(true)
	m.PasswordChanged(ines, time.Now())
	lines.await(t, "mail sent")
	if sent := server.next(t); !strings.Contains(sent.data, "Your password was changed") {
		t.Errorf("sent %q", sent.data)
	}
}

func TestPostingNeverWaits(t *testing.T) {
	t.Parallel()
	log, lines := newLog()
	m, err := notify.New(notify.Options{Server: always(notify.Server{}), Dir: t.TempDir(), Log: log}) // nobody runs it
	if err != nil {
		t.Fatal(err)
	}
	for range 257 {
		m.PasswordReset(ines, "https://portal.example", time.Minute)
	}
	lines.await(t, "too many wait already")
}

func TestSettingsThatCannotWork(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]notify.Server{
		"no sender":      {Host: "127.0.0.1"},
		"two senders":    {Host: "127.0.0.1", From: "a@b.example, c@d.example"},
		"header in from": {Host: "127.0.0.1", From: "a@b.example\r\nBcc: c@d.example"},
		"TLS mode":       {Host: "127.0.0.1", From: "a@b.example", TLS: "maybe"},
		"port":           {Host: "127.0.0.1", From: "a@b.example", Port: 99999},
	} {
		if err := s.Check(); !fault.Is(err, fault.Setup) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := notify.New(notify.Options{Server: always(notify.Server{})}); !fault.Is(err, fault.Setup) {
		t.Errorf("no folder: %v", err)
	}
}

func called(name string) func() string { return func() string { return name } }
