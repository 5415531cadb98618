package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"

	"portico/config"
	"portico/sync/bus"
	"portico/sync/fault"
	"portico/sync/jobs"
)

// redisOf is where the queue lives; nil means inside the program.
func redisOf(c config.Config) (*jobs.Redis, error) {
	s, err := c.RedisServer()
	if err != nil {
		return nil, fault.Newf(fault.Setup, "redis: %v.", err)
	}
	if s == nil {
		return nil, nil
	}
	r := &jobs.Redis{
		Addrs: s.Addresses, Cluster: s.Cluster, Master: s.Master, DB: s.Database,
		Username: s.User, Password: s.Password.Reveal(), SentinelUsername: s.SentinelUser, SentinelPassword: s.SentinelPassword.Reveal(),
	}
	if s.TLS {
		r.TLS, err = trust(s.CA)
	}
	return r, err
}

// trust is TLS with the authorities of the system and those in a file.
func trust(file string) (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if file == "" {
		return out, nil
	}
	text, err := os.ReadFile(file) //nolint:gosec // the administrator names it
	if err != nil {
		return nil, fault.Newf(fault.Setup, "redis: %s cannot be read.", file).Because("read certificates", err)
	}
	if out.RootCAs, err = x509.SystemCertPool(); err != nil {
		out.RootCAs = x509.NewCertPool()
	}
	if !out.RootCAs.AppendCertsFromPEM(text) {
		return nil, fault.Newf(fault.Setup, "redis: %s holds no certificate in PEM form.", file)
	}
	return out, nil
}

// doorbells opens the queue and the bus: in this process, or where it meets others.
func (a *App) doorbells() (*jobs.Queue, *bus.Bus, error) {
	r, err := redisOf(a.cfg)
	if err != nil {
		return nil, nil, err
	}
	queue, err := jobs.Open(r, a.log)
	if err != nil {
		return nil, nil, err
	}
	events, err := bus.Open((*bus.Redis)(r), a.log)
	if err != nil {
		return nil, nil, errors.Join(err, queue.Close())
	}
	return queue, events, nil
}

// tryRedis reaches it both ways that processes use.
func (a *App) tryRedis(ctx context.Context) error {
	if a.cfg.Redis == "" {
		return nil
	}
	queue, events, err := a.doorbells()
	if err != nil {
		return err
	}
	err = errors.Join(queue.Ping(ctx), events.Ping(ctx))
	if err != nil {
		err = fault.New(fault.Unavailable, "Redis does not answer; Portico serves without it, slower.").Because("reach Redis", err)
	}
	_, _ = queue.Close(), events.Close()
	return err
}

// redisDetail says where processes meet, without passwords.
func redisDetail(c config.Config) string {
	s, err := c.RedisServer()
	switch {
	case err != nil || s == nil:
		return "inside the program"
	case s.Master != "":
		return "the master that the sentinels name answers (" + s.String() + ")"
	case s.Cluster:
		return "the cluster answers (" + s.String() + ")"
	default:
		return "Redis answers (" + s.String() + ")"
	}
}
