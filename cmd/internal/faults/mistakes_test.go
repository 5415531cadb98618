//go:build faults

package faults_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConnectionMistakes makes the mistakes of an administrator who connects a
// system, and reads what the program says.
func TestConnectionMistakes(t *testing.T) { trials(t, "mistakes in a connection", connectionMistakes) }

func connectionMistakes(x *trial) {
	s := newSource(x.T, 0)
	s.fill(1)
	website := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!DOCTYPE html><title>Welcome</title>")
	}))
	x.Cleanup(website.Close)
	nothing := httptest.NewServer(http.NotFoundHandler())
	x.Cleanup(nothing.Close)
	sealed := httptest.NewUnstartedServer(s.fake)
	sealed.Config.ErrorLog = log.New(io.Discard, "", 0) // that a client mistrusts it is the point
	sealed.StartTLS()
	x.Cleanup(sealed.Close)
	port, err := steadyPort() // which nobody is given by chance
	if err != nil {
		x.Fatal(err)
	}
	closed := "http://127.0.0.1:" + port
	for _, c := range []struct {
		name, url, token, user string
		says                   []string
	}{
		{"nobody listens", closed, hubToken, hub, []string{"refuses the connection: is it running, and are host and port right?"}},
		{"no such computer", "http://desk.invalid", hubToken, hub, []string{"desk.invalid", "check the address"}},
		{"another path", nothing.URL + "/rt", hubToken, hub, []string{"There is no Request Tracker API at this address; it ends in /REST/2.0."}},
		{"a website", website.URL, hubToken, hub, []string{"answers with a web page; is it the API address?"}},
		{"https at a door for http", "https://" + s.address(), hubToken, hub, []string{"does it begin with http:// instead of https://?"}},
		{"self-signed", sealed.URL, hubToken, hub, []string{"self-signed certificate", "add its CA to the connection"}},
		{"wrong token", s.server.URL, "1-1-wrong", hub, []string{"does not accept the token; make a new one for the user hub and enter it."}},
		{"token of another user", s.server.URL, agentToken, hub, []string{"The token does not belong to the user hub; enter the name of the user that made it."}},
		{"no rights", s.server.URL, noRights, rightless, []string{"grant the user the right SeeQueue", "grant the user the right ShowTicket"}},
	} {
		x.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t, embedded)
			address := strings.TrimPrefix(strings.TrimPrefix(c.url, "http://"), "https://")
			host, _, _ := strings.Cut(address, "/")
			add := []string{"connector", "add", "requesttracker", "--name", system, "--set", "url=" + c.url, "--set", "user=" + c.user}
			if strings.HasPrefix(host, "127.") {
				add = append(add, "--allow-private", host)
			}
			p.must([]string{"PORTICO_SECRET_TOKEN=" + c.token}, add...)
			out, code := p.run(nil, "connector", "check", system)
			if code != 1 || strings.Contains(out, c.token) {
				t.Errorf("exit code %d, or the token is shown:\n%s", code, out)
			}
			for _, says := range c.says {
				if !strings.Contains(out, says) {
					t.Errorf("want %q in:\n%s", says, out)
				}
			}
		})
	}
	x.Run("private address that nobody confirmed", func(t *testing.T) {
		t.Parallel()
		p := newPortal(t, embedded)
		p.must([]string{"PORTICO_SECRET_TOKEN=" + hubToken}, "connector", "add", "requesttracker", "--name", system, "--set", "url="+s.server.URL, "--set", "user="+hub)
		want := "127.0.0.1 is a private address; confirm " + s.address() + " for this connection if that system is meant."
		if out, code := p.run(nil, "connector", "check", system); code != 1 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, want %q in:\n%s", code, want, out)
		}
	})
	x.Run("self-signed and trusted", func(t *testing.T) {
		t.Parallel()
		p := newPortal(t, embedded)
		authority := filepath.Join(t.TempDir(), "ca.pem")
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: sealed.Certificate().Raw})
		if err := os.WriteFile(authority, block, 0o600); err != nil {
			t.Fatal(err)
		}
		p.must([]string{"PORTICO_SECRET_TOKEN=" + hubToken}, "connector", "add", "requesttracker", "--name", system, "--set", "url="+sealed.URL,
			"--set", "user="+hub, "--allow-private", strings.TrimPrefix(sealed.URL, "https://"), "--ca-file", authority)
		p.must(nil, "connector", "check", system)
	})
	x.Run("not an address", func(t *testing.T) {
		t.Parallel()
		p := newPortal(t, embedded)
		out, code := p.run([]string{"PORTICO_SECRET_TOKEN=" + hubToken}, "connector", "add", "requesttracker", "--name", system, "--set", "url=desk", "--set", "user="+hub)
		if code != 1 || !strings.Contains(out, `"desk" is not a web address. It starts with https:// (or http:// inside your network).`) {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		if n := p.ledger().count("SELECT count(*) FROM connections"); n > 0 {
			t.Error("it was stored all the same")
		}
	})
	x.report(outcome{rounds: 11, note: "each says what to do, none shows the token"})
}
