// Package dump runs PostgreSQL's own tools, pg_dump and pg_restore. It promises
// that a password is never on a command line, that tools which are missing or
// too old for the server are told of before anything is written, and that a
// restore happens whole or not at all. It does not know what is in the database.
package dump

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"portico/sync/fault"
)

// Source is what is written to a file.
type Source struct {
	Address  string // postgres://…, of a role that sees every row
	Schema   string // the one schema that is dumped
	Snapshot string // exported by a transaction that is still open
	Server   int    // major version of the server
}

// Write dumps a schema into a new file in pg_dump's custom format. Owners and
// rights are not part of it.
func Write(ctx context.Context, from Source, path string) error {
	if err := fits(ctx, "pg_dump", from.Server, byHand); err != nil {
		return err
	}
	// The role is held by policies and sees all by one of them. Without this flag
	// pg_dump would refuse; with it and a role that sees less, rows would be missing:
	// whoever calls counts them in the same snapshot.
	return run(ctx, from.Address, "pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-comments",
		"--enable-row-security", "--schema="+pattern(from.Schema), "--snapshot="+from.Snapshot, "--file="+path)
}

// Load puts a dump into an empty schema of the same name, in one transaction.
// skip names policies that belong to roles of the other server.
func Load(ctx context.Context, address, path string, server int, skip string) error {
	if err := fits(ctx, "pg_restore", server, byHandBack); err != nil {
		return err
	}
	list, err := contents(ctx, path, skip)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(list) }()
	return run(ctx, address, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--use-list="+list, path)
}

// contents writes what of a dump is to be restored: all but the schema itself,
// which is there, and the policies called skip.
func contents(ctx context.Context, path, skip string) (string, error) {
	out, err := exec.CommandContext(ctx, "pg_restore", "--list", path).Output() // #nosec G204 -- a file of our own
	if err != nil {
		return "", fault.New(fault.Broken, "The database in the backup cannot be read by pg_restore.").Because("list the dump", said(err))
	}
	// 12; 2615 16400 SCHEMA - portico postgres
	// 99; 3256 16500 POLICY portico records system portico_owner
	leave := regexp.MustCompile(`(?m)^\d+; \d+ \d+ (?:SCHEMA - |POLICY \S+ \S+ ` + regexp.QuoteMeta(skip) + ` ).*\n`)
	list := path + ".list"
	return list, fault.Wrap(fault.Unavailable, "list the dump", os.WriteFile(list, leave.ReplaceAll(out, nil), 0o600))
}

const (
	byHand = "Install the client tools of PostgreSQL %[1]d or newer on this machine, or back up by hand: " +
		"`pg_dump --format=custom --no-owner --no-privileges` as a superuser, and a copy of files/uploads in the data folder."
	byHandBack = "Install the client tools of PostgreSQL %[1]d or newer on this machine. " +
		"A dump that was made by hand is loaded with `pg_restore --no-owner --no-privileges` as the owner; then run `portico migrate`, and `portico hold` before anything is served."
)

var number = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// fits refuses a tool that is missing or older than the server: pg_dump cannot
// read what it does not know (https://www.postgresql.org/docs/current/app-pgdump.html).
func fits(ctx context.Context, tool string, server int, otherwise string) error {
	out, err := exec.CommandContext(ctx, tool, "--version").Output() // #nosec G204 -- one of two names
	if errors.Is(err, exec.ErrNotFound) {
		return fault.Newf(fault.Setup, tool+" was not found. "+otherwise, server)
	}
	m := number.FindSubmatch(out)
	if err != nil || m == nil {
		return fault.Newf(fault.Setup, tool+" cannot be run. "+otherwise, server).Because("ask "+tool+" for its version", said(err))
	}
	if have, err := strconv.Atoi(string(m[1])); err != nil || have < server {
		return fault.Newf(fault.Setup, tool+" is of PostgreSQL %[2]d and the server of %[1]d: it is too old. "+otherwise, server, have)
	}
	return nil
}

// pattern names one schema exactly: pg_dump takes patterns.
func pattern(schema string) string { return `"` + strings.ReplaceAll(schema, `"`, `""`) + `"` }

func run(ctx context.Context, address, tool string, args ...string) error {
	where, password, err := target(address)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, tool, append([]string{"--no-password", "--dbname=" + where}, args...)...) // #nosec G204 -- one of two names, with flags of our own
	cmd.Env = os.Environ()
	if password != "" { // not on the command line, which everybody on this machine can read
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	var heard bytes.Buffer
	cmd.Stderr = &heard
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fault.Newf(fault.Unavailable, "%s failed, and nothing was changed.", tool).Because("run "+tool, fmt.Errorf("%w: %s", err, brief(heard.Bytes())))
	}
	return nil
}

// libpq are the parameters of an address that the tools know, too. The others
// are of the program's driver or settings of the session.
var libpq = []string{"sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslsni", "ssl_min_protocol_version", "connect_timeout",
	"application_name", "target_session_attrs", "host", "port", "krbsrvname", "channel_binding", "passfile", "service", "servicefile"}

// target splits an address into what may be seen and the password.
func target(address string) (where, password string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", fault.New(fault.Setup, "The address of PostgreSQL cannot be read.") // never quotes it
	}
	if u.User != nil {
		password, _ = u.User.Password()
		u.User = url.User(u.User.Username())
	}
	q := u.Query()
	if q.Has("password") {
		password = q.Get("password")
	}
	for name := range q {
		if !slices.Contains(libpq, name) {
			q.Del(name)
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), password, nil
}

// said adds what a tool wrote about its failure.
func said(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, brief(exit.Stderr))
	}
	return err
}

// brief is the beginning of what a tool wrote.
func brief(text []byte) string {
	const most = 2000 // bytes
	return strings.ToValidUTF8(strings.TrimSpace(string(text[:min(len(text), most)])), "")
}
