package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"portico/config"
)

// Roles of the bench, as an administrator would make them, and the variables
// that name its servers. The one of PostgreSQL is a superuser's address.
const (
	ownerRole  = "portico_bench_owner"
	appRole    = "portico_bench_app"
	systemRole = "portico_bench_system"

	postgresVariable = "PORTICO_TEST_POSTGRES"
	redisVariable    = "PORTICO_TEST_REDIS"
)

// servers are a PostgreSQL and a Redis that the bench may do with as it likes.
type servers struct {
	postgres *url.URL // as a superuser; nil when there is none
	redis    string   // host:port; "" when there is none
	password string   // of the roles, made up anew
	lacks    []string // what there is not, and why
	admin    *sql.DB
	owned    []string // databases to drop
}

// findServers looks who answers of those that the environment names.
func findServers(ctx context.Context) *servers {
	s := &servers{password: rand.Text()}
	if err := s.findPostgres(ctx, os.Getenv(postgresVariable)); err != nil {
		s.postgres, s.lacks = nil, append(s.lacks, "PostgreSQL: "+err.Error())
	}
	address := os.Getenv(redisVariable)
	if err := flush(ctx, address, 0); err != nil {
		s.lacks = append(s.lacks, "Redis: "+err.Error())
		return s
	}
	s.redis = address
	return s
}

func (s *servers) findPostgres(ctx context.Context, address string) (err error) {
	if address == "" {
		return errors.New(postgresVariable + " names none")
	}
	if s.postgres, err = url.Parse(address); err != nil {
		return err
	}
	if s.admin, err = sql.Open("pgx", address); err != nil {
		return err
	}
	for _, role := range []string{ownerRole, appRole, systemRole} {
		_, err := s.admin.ExecContext(ctx, fmt.Sprintf(`DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '%[1]s') THEN
			CREATE ROLE %[1]s LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE; END IF; ALTER ROLE %[1]s PASSWORD '%[2]s'; END $$;`, role, s.password))
		if err != nil {
			return err
		}
	}
	return nil
}

// close drops what the bench made.
func (s *servers) close() {
	if s.admin == nil {
		return
	}
	for _, name := range s.owned {
		if _, err := s.admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}
	_ = s.admin.Close()
}

// database makes an empty database.
func (s *servers) database(ctx context.Context) (config.Database, error) {
	name := "portico_bench_" + strings.ToLower(rand.Text())
	if _, err := s.admin.ExecContext(ctx, "CREATE DATABASE "+name+" OWNER "+ownerRole); err != nil {
		return config.Database{}, err
	}
	s.owned = append(s.owned, name)
	as := func(role string) string {
		u := *s.postgres
		u.User, u.Path = url.UserPassword(role, s.password), "/"+name
		return u.String()
	}
	return config.Database{URL: as(appRole), SystemURL: as(systemRole), OwnerURL: as(ownerRole)}, nil
}

// settle lets PostgreSQL finish what it put off, so that no round pays for the
// one before.
func (s *servers) settle(ctx context.Context) error {
	_, err := s.admin.ExecContext(ctx, "CHECKPOINT")
	return err
}

// spent is how much processor time PostgreSQL has used in all its processes; 0
// when they are not on this machine (Linux, proc(5)).
func (s *servers) spent(ctx context.Context) time.Duration {
	var backend int
	if err := s.admin.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return 0
	}
	parent := field(backend, 4)
	entries, err := os.ReadDir("/proc")
	if err != nil || parent == 0 {
		return 0
	}
	ticks := field(parent, 14) + field(parent, 15) + field(parent, 16) + field(parent, 17) // its own and of those that ended
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && field(pid, 4) == parent {
			ticks += field(pid, 14) + field(pid, 15)
		}
	}
	return time.Duration(ticks) * time.Second / 100
}

// field is a number of /proc/<pid>/stat, counted from 1 as in proc(5); 0 when
// there is none.
func field(pid, n int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ") // the name before may hold anything
	fields := strings.Fields(rest)
	if n-3 >= len(fields) {
		return 0
	}
	v, err := strconv.Atoi(fields[n-3])
	if err != nil {
		return 0
	}
	return v
}

// flush empties one database of Redis, in the protocol that one can type
// (https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands).
func flush(ctx context.Context, address string, db int) error {
	if address == "" {
		return errors.New(redisVariable + " names none")
	}
	dialer := net.Dialer{Timeout: 2 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	want := "+OK\r\n+OK\r\n"
	if _, err := fmt.Fprintf(conn, "SELECT %d\r\nFLUSHDB\r\n", db); err != nil {
		return err
	}
	got := make([]byte, len(want))
	for n := 0; n < len(got); {
		more, err := conn.Read(got[n:])
		if err != nil {
			return err
		}
		n += more
	}
	if string(got) != want {
		return fmt.Errorf("it answered %q", got)
	}
	return nil
}
