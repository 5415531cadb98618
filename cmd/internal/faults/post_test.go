//go:build faults

package faults_test

import (
	"bufio"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// post is a mail server (as much of RFC 5321 as one delivery needs) that counts
// what it took. It lives in the test's own process.
type post struct {
	listener net.Listener

	mu   sync.Mutex
	took map[string]int // by Message-ID
}

func newPost(t *testing.T) *post {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &post{listener: l, took: map[string]int{}}
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
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); verb {
		case "DATA":
			say("354 go on")
			m, err := mail.ReadMessage(lines.DotReader())
			if err != nil {
				return
			}
			p.mu.Lock()
			p.took[m.Header.Get("Message-Id")]++
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

// counts are the mails, and those of them that came more than once.
func (p *post) counts() (mails, twice int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.took {
		mails++
		if n > 1 {
			twice++
		}
	}
	return mails, twice
}
