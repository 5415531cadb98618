package notify_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"testing"

	"portico/sync/notify"
)

// sent is one mail that the fake server took.
type sent struct {
	to   []string
	data string
}

// fakeServer speaks as much SMTP (RFC 5321) as one delivery needs.
type fakeServer struct {
	listener net.Listener
	answers  chan string // to RCPT TO, in order; then "250 fine"
	mails    chan sent
	says     map[string]string // to other verbs and, under "", as a greeting; instead of fine
}

func newFakeServer(t testing.TB, answers ...string) *fakeServer {
	t.Helper()
	return newFakeServerSaying(t, nil, answers...)
}

func newFakeServerSaying(t testing.TB, says map[string]string, answers ...string) *fakeServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeServer{listener: l, answers: make(chan string, len(answers)), mails: make(chan sent, 1000), says: says}
	for _, a := range answers {
		s.answers <- a
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *fakeServer) settings() notify.Server {
	return notify.Server{Host: "127.0.0.1", Port: s.listener.Addr().(*net.TCPAddr).Port, TLS: "none", From: "portal@halden.example"}
}

// always is the same settings for every mail.
func always(s notify.Server) func(context.Context) (notify.Server, error) {
	return func(context.Context) (notify.Server, error) { return s, nil }
}

func (s *fakeServer) next(t testing.TB) sent {
	t.Helper()
	select {
	case m := <-s.mails:
		return m
	case <-t.Context().Done():
		t.Fatal("no mail came")
		return sent{}
	}
}

func (s *fakeServer) serve(c net.Conn) {
	defer c.Close()
	r := textproto.NewReader(bufio.NewReader(c))
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	greeting := "220 fake"
	if other, ok := s.says[""]; ok {
		greeting = other
	}
	say(greeting)
	var m sent
	for {
		line, err := r.ReadLine()
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		if answer, ok := s.says[verb]; ok {
			say(answer)
			continue
		}
		switch verb {
		case "RCPT":
			answer := "250 fine"
			select {
			case answer = <-s.answers:
			default:
			}
			if strings.HasPrefix(answer, "250") {
				_, to, _ := strings.Cut(line, "<")
				m.to = append(m.to, strings.TrimSuffix(to, ">"))
			}
			say(answer)
		case "DATA":
			say("354 go on")
			b, err := r.ReadDotBytes()
			if err != nil {
				return
			}
			m.data = string(b)
			s.mails <- m
			if _, cut := s.says["."]; cut {
				return
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}
