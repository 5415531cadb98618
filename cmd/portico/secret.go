package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxSecret bounds what is read as a secret, in bytes: keys of a few kB occur.
const maxSecret = 64 << 10

// asker reads secrets, one line each. They never come from a flag, because
// flags are seen in process lists and stay in the shell's history.
type asker struct {
	c     *console
	lines *bufio.Reader
}

func (c *console) asker() *asker {
	return &asker{c: c, lines: bufio.NewReader(io.LimitReader(c.in, maxSecret))}
}

// ask reads one secret: without echo from a terminal, else the next line of
// standard input.
func (a *asker) ask(prompt string) (string, error) {
	if f, ok := a.c.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(a.c.err, prompt+": ")
		secret, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(a.c.err)
		if err != nil {
			return "", fmt.Errorf("read %s: %w", prompt, err)
		}
		return nonEmpty(prompt, string(secret))
	}
	line, err := a.lines.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read %s: %w", prompt, err)
	}
	return nonEmpty(prompt, line)
}

// fromFile reads a secret that stands in a file of its own.
func fromFile(prompt, path string) (string, error) {
	f, err := os.Open(path) // #nosec G304 -- the administrator names the file
	if err != nil {
		return "", fmt.Errorf("read %s: %w", prompt, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("read %s from %s: %w", prompt, path, err)
	}
	return nonEmpty(prompt, string(data))
}

// env returns a variable of the console, or "".
func (c *console) env(name string) string {
	for _, v := range c.environ {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

func nonEmpty(prompt, secret string) (string, error) {
	secret = strings.TrimRight(secret, "\r\n")
	if secret == "" {
		return "", fmt.Errorf("%s is needed and was not given", prompt)
	}
	return secret, nil
}
