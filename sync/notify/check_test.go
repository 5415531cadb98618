package notify_test

import (
	"context"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/sync/fault"
	"portico/sync/notify"
)

func checker(t *testing.T, o notify.Options) *notify.Mailer {
	t.Helper()
	o.Server, o.Look = always(notify.Server{}), called("Halden IT")
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	m, err := notify.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestACheckSendsThroughExactlyTheseSettings(t *testing.T) {
	t.Parallel()
	server := newFakeServer(t)
	if err := checker(t, notify.Options{}).Check(t.Context(), server.settings(), "mara@halden.example"); err != nil {
		t.Fatal(err)
	}
	if m := server.next(t); len(m.to) != 1 || m.to[0] != "mara@halden.example" || !strings.HasPrefix(readable(m.data), "Subject: A test of the mail settings · Halden IT\n") {
		t.Errorf("sent %+v", m)
	}
}

func TestACheckWithoutAServerKeepsAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := checker(t, notify.Options{Dir: dir}).Check(t.Context(), notify.Server{}, "mara@halden.example"); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*-test-*.eml")); len(files) != 1 {
		list, _ := os.ReadDir(dir)
		t.Errorf("kept %v", list)
	}
}

// onPort listens and does with each connection what it is told.
func onPort(t *testing.T, serve func(net.Conn)) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); serve(c) }()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func TestACheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	other := httptest.NewTLSServer(nil) // its certificate is from nobody this machine knows
	t.Cleanup(other.Close)
	at := func(port int, mode string) notify.Server {
		return notify.Server{Host: "127.0.0.1", Port: port, TLS: mode, From: "portal@halden.example"}
	}
	saying := func(says map[string]string, answers ...string) notify.Server {
		return newFakeServerSaying(t, says, answers...).settings()
	}
	signingIn := func(s notify.Server) notify.Server {
		s.User, s.Password = "portal", "hunter2"
		return s
	}
	for name, c := range map[string]struct {
		with notify.Server
		kind fault.Kind
		says string
	}{
		"no such name":      {notify.Server{Host: "mail..example", From: "a@b.example"}, fault.Unavailable, "does not resolve"},
		"refused":           {at(closed.Addr().(*net.TCPAddr).Port, "none"), fault.Unavailable, "refuses the connection"},
		"hangs up":          {at(onPort(t, func(net.Conn) {}), "none"), fault.Unavailable, "hung up at once"},
		"no TLS":            {at(newFakeServer(t).settings().Port, "tls"), fault.Unavailable, "does not begin with TLS"},
		"no STARTTLS":       {at(newFakeServer(t).settings().Port, "starttls"), fault.Unavailable, "offers no STARTTLS"},
		"strange authority": {at(other.Listener.Addr().(*net.TCPAddr).Port, "tls"), fault.Unavailable, "not from an authority"},
		"not wanted":        {saying(map[string]string{"": "554 no"}), fault.Unavailable, "turns this machine away"},
		"no sign-in":        {signingIn(saying(nil)), fault.Unavailable, "offers no way to sign in"},
		"wrong password": {signingIn(saying(map[string]string{"EHLO": "250-fake\r\n250 AUTH CRAM-MD5", "AUTH": "535 5.7.8 wrong"})),
			fault.Unavailable, "does not accept user and password. It said: 535 5.7.8 wrong"},
		"sender":           {saying(map[string]string{"MAIL": "553 5.7.1 not yours"}), fault.Unavailable, "does not let portal@halden.example send."},
		"recipient":        {saying(nil, "550 5.1.1 <mara@halden.example> is unknown"), fault.Broken, "takes nothing for this recipient. It said: "},
		"recipient, later": {saying(nil, "450 4.2.1 greylisted"), fault.Unavailable, "takes nothing for this recipient."},
		"sign in first":    {saying(nil, "530 5.7.0 authenticate first"), fault.Unavailable, "authenticate first"},
		"mail":             {saying(map[string]string{"DATA": "554 5.6.0 no"}), fault.Broken, "did not take the mail"},
		"settings":         {at(25, "perhaps"), fault.Setup, "smtp.tls must be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := checker(t, notify.Options{}).Check(t.Context(), c.with, "mara@halden.example")
			if !fault.Is(err, c.kind) || !strings.Contains(fault.Public(err), c.says) {
				t.Fatalf("%s: %q (%v)", fault.KindOf(err), fault.Public(err), err)
			}
			if all := fault.Public(err) + err.Error(); strings.Contains(all, "mara@") || strings.Contains(all, "hunter2") {
				t.Errorf("it names the recipient or the password: %s", all)
			}
		})
	}
}

func TestACheckDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	port := onPort(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	err := checker(t, notify.Options{Timeout: 1}).Check(t.Context(), notify.Server{Host: "127.0.0.1", Port: port, From: "a@b.example", TLS: "none"}, "mara@halden.example")
	if !strings.Contains(fault.Public(err), "did not answer in time") {
		t.Errorf("%v: %s", err, fault.Public(err))
	}
}

func TestACheckRefusesWhatIsNoAddressAndWhatIsHeld(t *testing.T) {
	t.Parallel()
	held := checker(t, notify.Options{Held: func(context.Context) bool { return true }})
	server := newFakeServer(t)
	if err := held.Check(t.Context(), server.settings(), "mara@halden.example"); !strings.Contains(fault.Public(err), "held") {
		t.Errorf("held: %v", err)
	}
	for _, to := range []string{"", "a@b.example, c@d.example", "Mara <a@b.example>", "a@b.example\r\nBcc: c@d.example"} {
		if err := checker(t, notify.Options{}).Check(t.Context(), server.settings(), to); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if len(server.mails) != 0 {
		t.Error("something was sent")
	}
}

func TestSettingsShowNoPassword(t *testing.T) {
	t.Parallel()
	s := notify.Server{Host: "mail.example", TLS: "tls", Password: "hunter2"}
	if s.String() != "mail.example:465" || s.GoString() != s.String() || s.LogValue().String() != s.String() {
		t.Errorf("%v %#v %v", s, s, s.LogValue())
	}
}
