package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// serve runs the portal and its workers in this process until stop is called.
func (p *product) serve(ctx context.Context) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- p.app.Serve(ctx, false, io.Discard) }()
	stop = func() {
		cancel()
		if err := <-ended; err != nil {
			fmt.Fprintln(os.Stderr, "the portal did not end well:", err)
		}
	}
	for range 1000 {
		select {
		case err := <-ended:
			cancel()
			return nil, errors.Join(errors.New("the portal did not start"), err)
		case <-time.After(5 * time.Millisecond):
		}
		c, err := dial(p.cfg.Listen)
		if err == nil {
			c.close()
			return stop, nil
		}
	}
	stop()
	return nil, fmt.Errorf("the portal does not listen on %s", p.cfg.Listen)
}

// listPath is the first page of the ticket list of one account after another.
func (p *product) listPath(i int) string {
	return "/a/" + p.accounts[i%len(p.accounts)].ID.String() + "/tickets?view=all"
}

// client asks over one connection and allocates next to nothing, so that what
// it costs does not hide what the server costs.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
}

func dial(address string) (*client, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, nil
}

func (c *client) close() { _ = c.conn.Close() }

// get returns the size of a good answer's body.
func (c *client) get(path, cookie string) (int, error) {
	c.out = append(c.out[:0], "GET "...)
	c.out = append(c.out, path...)
	c.out = append(c.out, " HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: "...)
	c.out = append(c.out, cookie...)
	c.out = append(c.out, "\r\n\r\n"...)
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if string(line[:12]) != "HTTP/1.1 200" {
		return 0, fmt.Errorf("%s answers %s", path, strings.TrimSpace(string(line)))
	}
	length, err := c.header()
	if err != nil {
		return 0, err
	}
	if length >= 0 {
		return c.in.Discard(length)
	}
	return c.chunks()
}

// header reads up to the body and returns its length, or -1 when it is chunked.
func (c *client) header() (int, error) {
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			return length, nil
		}
		if v, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(v)); err != nil {
				return 0, err
			}
		}
	}
}

// chunks reads a chunked body (RFC 9112, section 7.1).
func (c *client) chunks() (int, error) {
	total := 0
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		size := 0
		for _, b := range line[:len(line)-2] {
			size = size<<4 | hex(b)
		}
		if _, err := c.in.Discard(size + 2); err != nil {
			return 0, err
		}
		if size == 0 {
			return total, nil
		}
		total += size
	}
}

func hex(b byte) int {
	switch {
	case b >= 'a':
		return int(b-'a') + 10
	case b >= 'A':
		return int(b-'A') + 10
	default:
		return int(b - '0')
	}
}
