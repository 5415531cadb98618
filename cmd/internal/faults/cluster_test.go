//go:build faults

package faults_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The roles of the program, as its manual makes them.
const (
	ownerRole, systemRole, appRole = "portico_owner", "portico_system", "portico_app"
	rolePassword                   = "shovel"
)

// cluster is a PostgreSQL of the tests' own, on loopback, that can be killed and
// started again. It keeps what it was told as long as the machine runs: the
// tests stop processes, not power, so nothing is forced to the disk.
type cluster struct {
	dir  string
	port string

	cmd   *exec.Cmd
	ended chan struct{}
}

// postgresPrograms is the folder of the newest PostgreSQL that is installed, or "".
func postgresPrograms() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// unprivileged makes a command run as PostgreSQL wants it: not as root.
func unprivileged(cmd *exec.Cmd) (*exec.Cmd, error) {
	if os.Geteuid() != 0 {
		return cmd, nil
	}
	uid, gid, err := postgresUser()
	if err != nil {
		return nil, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return cmd, nil
}

func postgresUser() (uid, gid int, err error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return 0, 0, err
	}
	uid, err = strconv.Atoi(u.Uid)
	if err != nil {
		return 0, 0, err
	}
	gid, err = strconv.Atoi(u.Gid)
	return uid, gid, err
}

// newCluster makes an empty cluster, or a copy of one that is not running.
func newCluster(from *cluster) (*cluster, error) {
	dir, err := os.MkdirTemp("", "portico-faults-postgres-")
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir}
	if os.Geteuid() == 0 {
		uid, gid, err := postgresUser()
		if err != nil {
			return nil, err
		}
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
	}
	make := exec.Command(filepath.Join(postgresPrograms(), "initdb"), "-D", c.data(), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	if from != nil {
		make = exec.Command("cp", "-a", from.data(), c.data())
	}
	if make, err = unprivileged(make); err != nil {
		return nil, err
	}
	make.Dir = dir
	if out, err := make.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make a cluster: %w\n%s", err, out)
	}
	c.port, err = steadyPort()
	return c, err
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// start serves the cluster and waits until it answers. What a killed one still
// holds is given up soon: until then PostgreSQL refuses to start.
func (c *cluster) start() error {
	for deadline := time.Now().Add(30 * time.Second); ; {
		err := c.try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		<-time.After(200 * time.Millisecond)
	}
}

func (c *cluster) try() error {
	var said bytes.Buffer
	cmd := exec.Command(filepath.Join(postgresPrograms(), "postgres"), "-D", c.data(), "-c", "listen_addresses=127.0.0.1", "-c", "port="+c.port,
		"-c", "unix_socket_directories="+c.dir, "-c", "fsync=off", "-c", "max_connections=400", "-c", "shared_buffers=32MB")
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, &said, &said
	cmd, err := unprivileged(cmd)
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	c.cmd, c.ended = cmd, ended
	db, err := sql.Open("pgx", c.url("postgres", "", "postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; {
		if err = db.Ping(); err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("PostgreSQL ended instead of getting ready: %s", said.String())
		case <-tick.C:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		}
	}
}

// kill ends the server and every one of its processes without a word.
func (c *cluster) kill() {
	pid := c.cmd.Process.Pid
	_ = syscall.Kill(pid, syscall.SIGSTOP) // or it would start others while they are listed
	for _, child := range childrenOf(pid) {
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// stop ends the server in good order.
func (c *cluster) stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	select {
	case <-c.ended:
		return nil
	case <-time.After(30 * time.Second):
		c.kill()
		return errors.New("PostgreSQL did not stop within 30 s")
	}
}

// remove ends the server and removes its data.
func (c *cluster) remove() {
	if c.cmd != nil {
		c.kill()
	}
	_ = os.RemoveAll(c.dir)
}

// childrenOf lists the processes that a process has started.
func childrenOf(pid int) []int {
	var out []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// pid (name) state parent …; the name may hold anything.
		_, rest, _ := strings.Cut(string(text[max(0, bytes.LastIndexByte(text, ')')):]), " ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			if child, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
				out = append(out, child)
			}
		}
	}
	return out
}

// url is the address of a database for a role.
func (c *cluster) url(role, password, database string) string {
	if password != "" {
		role += ":" + password
	}
	return "postgres://" + role + "@127.0.0.1:" + c.port + "/" + database + "?sslmode=disable"
}

// say runs statements as the superuser.
func (c *cluster) say(database string, statements ...string) error {
	db, err := sql.Open("pgx", c.url("postgres", "", database))
	if err != nil {
		return err
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
