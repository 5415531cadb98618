//go:build faults

package faults_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// post is a mail server (as much of RFC 5321 as one delivery needs) that counts
// what it took. It lives in the test's own process.
type post struct {
	listener net.Listener

	mu   sync.Mutex
	took map[string][]letter // by what is left of the @ in the Message-ID
}

// letter is one mail that came.
type letter struct{ to, text string }

func newPost(t *testing.T) *post {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &post{listener: l, took: map[string][]letter{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

// settings make a portal send its mail here.
func (p *post) settings() []string {
	_, port, _ := net.SplitHostPort(p.listener.Addr().String())
	return []string{"PORTICO_SMTP_HOST=127.0.0.1", "PORTICO_SMTP_PORT=" + port, "PORTICO_SMTP_TLS=none", "PORTICO_SMTP_FROM=portal@provider.example"}
}

// serve takes mails until the other side is gone, in good order or not.
func (p *post) serve(c net.Conn) {
	defer c.Close()
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	lines := textproto.NewReader(bufio.NewReader(c))
	say("220 post.example")
	var to string
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return
		}
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "RCPT":
			to = rest
			say("250 fine")
		case "DATA":
			say("354 go on")
			m, err := mail.ReadMessage(lines.DotReader())
			if err != nil {
				return
			}
			text, err := io.ReadAll(m.Body)
			if err != nil {
				return
			}
			id, _, _ := strings.Cut(strings.Trim(m.Header.Get("Message-Id"), "<>"), "@")
			p.mu.Lock()
			// Quoted-printable breaks lines in the middle of words.
			p.took[id] = append(p.took[id], letter{to, m.Header.Get("Subject") + strings.NewReplacer("=\r\n", "", "=\n", "").Replace(string(text))})
			p.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// letters is what came so far.
func (p *post) letters() map[string][]letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.took)
}

// mailedOnce compares what the mail server took with what the portal says it
// sent: every mail came, under one Message-ID, to somebody of its account. One
// that came just before a kill comes again under the same.
func (w *world) mailedOnce(p *post) (mails, again, lost, foreign int) {
	w.Helper()
	l := w.ledger()
	if !eventually(w.Context(), 4*time.Minute, func() bool {
		// What happens next would become part of the same mail; nothing happens any more.
		l.exec("UPDATE notices SET due_at = at")
		return l.count("SELECT count(*) FROM notices") == 0 && l.count("SELECT count(*) FROM mails WHERE state = 'due'") == 0
	}) {
		w.Errorf("mails are still owed: %v, notices %d", l.rows(3, "SELECT state, problem, count(*) FROM mails GROUP BY state, problem"), l.count("SELECT count(*) FROM notices"))
	}
	took := p.letters()
	known := map[string]bool{}
	for _, r := range l.rows(3, "SELECT id, state, problem FROM mails") {
		known[r[0]] = true
		switch n := len(took[r[0]]); {
		case r[1] == "failed":
			lost++
			w.Errorf("mail %s was given up: %s", r[0], r[2])
		case r[1] == "sent" && n == 0:
			lost++
			w.Errorf("mail %s counts as sent and never came", r[0])
		case n > 1:
			again++
		}
	}
	for id, letters := range took {
		mails++
		if !known[id] {
			w.Errorf("a mail came that nobody owed: %s", id)
		}
		for _, m := range letters {
			for _, c := range companies {
				if strings.Contains(m.text, c.secret()) || strings.Contains(m.text, c.mark) && !strings.Contains(m.to, c.email) {
					foreign++
					w.Errorf("a mail to %s holds a text of %s or an internal one", m.to, c.name)
				}
			}
		}
	}
	return mails, again, lost, foreign
}
