package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Server is the Redis that processes meet at, as its address says. Addresses
// are of one server; of nodes of a cluster, any of which leads to the others; or
// of sentinels, which know where the master is.
type Server struct {
	Addresses []string // host:port
	Cluster   bool
	Master    string // what the sentinels call the master; "" without sentinels
	Database  int    // 0 in a cluster
	TLS       bool
	CA        string // file of certificates to trust beside the system's, or ""

	User, SentinelUser         string
	Password, SentinelPassword Secret
}

// The forms of an address. rediss is the same over TLS.
const redisForms = "redis://host:6379/0, redis-sentinel://host1:26379,host2:26379/master or redis-cluster://host1:6379,host2:6379; with rediss in place of redis for TLS, and user:password@ before the hosts"

// RedisServer reads Redis; nil when it is empty.
func (c Config) RedisServer() (*Server, error) {
	if c.Redis == "" {
		return nil, nil
	}
	return parseRedis(c.Redis)
}

// parseRedis reads an address. It is no URL to net/url, which knows one host
// only. No error repeats what may be a secret.
func parseRedis(address string) (*Server, error) {
	scheme, rest, ok := strings.Cut(address, "://")
	tls := strings.HasPrefix(scheme, "rediss")
	form := strings.TrimPrefix(strings.TrimPrefix(scheme, "rediss"), "redis")
	if !ok || !strings.HasPrefix(scheme, "redis") || !slices.Contains([]string{"", "-sentinel", "-cluster"}, form) {
		return nil, errors.New("this is not an address of Redis (" + redisForms + ")")
	}
	s := &Server{TLS: tls, Cluster: form == "-cluster"}
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	hosts := authority
	if i := strings.LastIndex(authority, "@"); i >= 0 {
		hosts = authority[i+1:]
		if err := s.user(authority[:i]); err != nil {
			return nil, err
		}
	}
	port := "6379"
	if form == "-sentinel" {
		port = "26379"
	}
	if err := s.hosts(hosts, port, form == ""); err != nil {
		return nil, err
	}
	return s, s.rest(tail, form)
}

func (s *Server) user(info string) error {
	name, password, _ := strings.Cut(info, ":")
	var err error
	if s.User, err = url.PathUnescape(name); err == nil {
		password, err = url.PathUnescape(password)
		s.Password = Secret(password)
	}
	if err != nil {
		return errors.New("user or password cannot be read: write what is not a letter or digit as %XX")
	}
	return nil
}

func (s *Server) hosts(list, port string, single bool) error {
	for host := range strings.SplitSeq(list, ",") {
		at := host
		if _, _, err := net.SplitHostPort(host); err != nil {
			at = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		name, number, err := net.SplitHostPort(at)
		n, bad := strconv.Atoi(number)
		if err != nil || bad != nil || name == "" || n < 1 || n > 65535 || strings.ContainsAny(name, " @/") {
			return errors.New("each host is a name or address, with a port when it is not " + port)
		}
		s.Addresses = append(s.Addresses, at)
	}
	if single && len(s.Addresses) > 1 {
		return errors.New("one server has one address; for several, begin with redis-sentinel:// or redis-cluster://")
	}
	return nil
}

// rest reads the path (a database, or the name of a master) and the parameters.
func (s *Server) rest(tail, form string) error {
	u, err := url.Parse(tail)
	if err != nil || u.Fragment != "" {
		return errors.New("what follows the hosts cannot be read: write what is not a letter or digit as %XX")
	}
	path := strings.Trim(u.Path, "/")
	db := path
	if form == "-sentinel" {
		db = u.Query().Get("db")
		if s.Master = path; path == "" {
			return errors.New("name the master after the sentinels (like redis-sentinel://host1,host2/mymaster)")
		}
	}
	if s.Cluster && db != "" {
		return errors.New("a cluster has no numbered databases: nothing may follow the hosts but parameters")
	}
	if db != "" {
		if s.Database, err = strconv.Atoi(db); err != nil || s.Database < 0 {
			return fmt.Errorf("%q is not the number of a database", db)
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("the parameters cannot be read: write what is not a letter or digit as %XX")
	}
	return s.parameters(query, form)
}

func (s *Server) parameters(query url.Values, form string) error {
	known := []string{"ca"}
	if form == "-sentinel" {
		known = []string{"ca", "db", "sentinel_password", "sentinel_user"}
	}
	for name := range query {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%q is not a parameter here; there is %s", name, strings.Join(known, ", "))
		}
	}
	s.CA = query.Get("ca")
	if s.CA != "" && !s.TLS {
		return errors.New("ca is for TLS only: begin with rediss")
	}
	s.SentinelUser, s.SentinelPassword = query.Get("sentinel_user"), Secret(query.Get("sentinel_password"))
	return nil
}

// String is the address without passwords, in a form that can be read again.
func (s *Server) String() string {
	var b strings.Builder
	b.WriteString("redis")
	if s.TLS {
		b.WriteString("s")
	}
	switch {
	case s.Master != "":
		b.WriteString("-sentinel")
	case s.Cluster:
		b.WriteString("-cluster")
	}
	b.WriteString("://")
	if s.User != "" || s.Password != "" {
		b.WriteString(url.PathEscape(s.User))
		if s.Password != "" {
			b.WriteString(":" + stars)
		}
		b.WriteString("@")
	}
	b.WriteString(strings.Join(s.Addresses, ","))
	switch {
	case s.Master != "":
		b.WriteString("/" + url.PathEscape(s.Master))
	case !s.Cluster:
		b.WriteString("/" + strconv.Itoa(s.Database))
	}
	return b.String() + s.asked()
}

// asked are the parameters, without passwords.
func (s *Server) asked() string {
	var out []string
	add := func(name, value string) {
		if value != "" {
			out = append(out, name+"="+value)
		}
	}
	add("ca", url.QueryEscape(s.CA))
	if s.Master != "" && s.Database > 0 {
		add("db", strconv.Itoa(s.Database))
	}
	if s.SentinelPassword != "" {
		add("sentinel_password", stars)
	}
	if s.Master != "" {
		add("sentinel_user", url.QueryEscape(s.SentinelUser))
	}
	if len(out) == 0 {
		return ""
	}
	return "?" + strings.Join(out, "&")
}
