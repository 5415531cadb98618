package app

import (
	"crypto/tls"
	"net/url"
	"strconv"
	"strings"

	"portico/sync/fault"
	"portico/sync/jobs"
)

// redisOf reads redis://user:password@host:port/db; rediss:// is the same over
// TLS. An empty address means the queue inside the program.
func redisOf(address string) (*jobs.Redis, error) {
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fault.New(fault.Setup, "redis must be an address such as redis://host:6379/0.")
	}
	host := u.Host
	if u.Port() == "" {
		host += ":6379"
	}
	r := &jobs.Redis{Addrs: []string{host}, Username: u.User.Username()}
	r.Password, _ = u.User.Password()
	if db := strings.Trim(u.Path, "/"); db != "" {
		if r.DB, err = strconv.Atoi(db); err != nil {
			return nil, fault.Newf(fault.Setup, "redis: %q is not the number of a database.", db)
		}
	}
	if u.Scheme == "rediss" {
		r.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return r, nil
}
