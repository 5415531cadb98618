// Package config is the one typed description of how a Portico is set up, and
// the only reader of its configuration file and environment.
//
// It promises that every setting has a default that runs, that all mistakes are
// reported at once with the place each comes from, that an unknown setting is
// never ignored, and that nothing it prints contains a secret. It knows nothing
// of the rest of Portico: cmd turns a Config into the small options that each
// package takes.
package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
)

// Config is everything that an administrator can set. The zero value is not
// useful; take Defaults or Load. Tags name the setting (koanf), its rules
// (validate) and what it is for (help).
type Config struct {
	Listen   string   `koanf:"listen" validate:"required,hostname_port" help:"address and port the portal listens on"`
	BaseURL  string   `koanf:"base_url" validate:"omitempty,http_url" help:"address people type, used in links; empty means http:// and listen"`
	Proxies  []string `koanf:"proxies" validate:"dive,cidr" help:"networks of reverse proxies whose forwarded headers are believed"`
	Data     string   `koanf:"data" validate:"required" help:"folder for the database and files"`
	KeyFile  string   `koanf:"key_file" validate:"required" help:"key that seals stored credentials; keep it out of the data folder and its backups"`
	Redis    string   `koanf:"redis" validate:"omitempty,redis_url" help:"redis://, redis-sentinel:// or redis-cluster:// address (rediss for TLS) where processes ring each other; empty means inside the program"`
	Database Database `koanf:"database"`
	SMTP     SMTP     `koanf:"smtp"`
	Provider Provider `koanf:"provider"`
	Log      Log      `koanf:"log"`
	Jobs     Jobs     `koanf:"jobs"`
	Metrics  Metrics  `koanf:"metrics"`
	Webhooks Webhooks `koanf:"webhooks"`

	Connectors Connectors `koanf:"connectors"`

	file    string
	origins map[string]string
}

// Database says where the read model is kept: in a file of SQLite, or, when URL
// is set, in PostgreSQL, which has a role of its own for each address.
type Database struct {
	Path        string `koanf:"path" validate:"required" help:"SQLite file; by default portico.db in the data folder"`
	URL         string `koanf:"url" validate:"required_with=SystemURL OwnerURL,omitempty,postgres_url" help:"postgres:// address for pages, as a role that row-level security holds; empty means SQLite"`
	SystemURL   string `koanf:"system_url" validate:"required_with=URL,omitempty,postgres_url" help:"the same for pulls, relay and sessions, as a role that sees every account"`
	OwnerURL    string `koanf:"owner_url" validate:"omitempty,postgres_url" help:"the same for the owner of the tables; only \"migrate\" needs it, and \"serve\" migrates when it is set"`
	Connections int    `koanf:"connections" validate:"min=0,max=1000" help:"connections of this process for each of the first two; 0 means by the number of cores"`
}

// Postgres reports whether the read model is kept in PostgreSQL.
func (d Database) Postgres() bool { return d.URL != "" }

// SMTP is how mail leaves. An empty host means that Portico sends none.
type SMTP struct {
	Host     string `koanf:"host" validate:"omitempty,hostname_rfc1123|ip" help:"mail server; empty means no mail is sent"`
	Port     int    `koanf:"port" validate:"min=1,max=65535" help:"587 for starttls, 465 for tls"`
	User     string `koanf:"user" help:"user name, if the server wants one"`
	Password Secret `koanf:"password" help:"password of that user"`
	From     string `koanf:"from" validate:"required_with=Host,omitempty,email" help:"sender address"`
	TLS      string `koanf:"tls" validate:"oneof=starttls tls none" help:"starttls, tls or none"`
}

// Provider is the firm that runs this Portico, as its clients see it.
type Provider struct {
	Name   string `koanf:"name" validate:"required,max=80" help:"name of your firm"`
	Colour string `koanf:"colour" validate:"hexcolor,len=7" help:"brand colour, #rrggbb"`
	Zone   string `koanf:"zone" validate:"timezone" help:"IANA time zone, for people who chose none"`
}

// Log is what the program writes to standard error.
type Log struct {
	Level  string `koanf:"level" validate:"oneof=debug info warn error" help:"debug, info, warn or error"`
	Format string `koanf:"format" validate:"oneof=text json" help:"text or json"`
}

// Jobs is how much background work runs at once.
type Jobs struct {
	Workers int `koanf:"workers" validate:"min=1,max=256" help:"actions and pulls that run at once"`
}

// Webhooks is what back-office systems are told.
type Webhooks struct {
	Allow []string `koanf:"allow" validate:"dive,hostname_port" help:"host:port of endpoints on private networks or odd ports that may be told, also by plain http"`
}

// Connectors is where connectors of the administrator's own are, and which part of this
// machine's disk may be read.
type Connectors struct {
	Folder string `koanf:"folder" help:"folder with manifests of your own; by default connectors beside the data folder"`
	Drop   string `koanf:"drop" help:"folder below which connections may read CSV files; empty means none"`
}

// Metrics is where Prometheus may ask.
type Metrics struct {
	Listen string `koanf:"listen" validate:"omitempty,hostname_port" help:"address and port for Prometheus; \":9464\" is this machine only, empty means no metrics"`
}

// Defaults runs on one machine with nothing else installed. KeyFile
// and Database.Path are completed by Load, because they depend on
// where the configuration file and the data folder are.
func Defaults() Config {
	return Config{
		Listen:   "127.0.0.1:8080",
		Proxies:  []string{},
		Data:     "data",
		SMTP:     SMTP{Port: 587, TLS: "starttls"},
		Provider: Provider{Name: "Portico", Colour: "#0f5c63", Zone: "UTC"},
		Log:      Log{Level: "info", Format: "text"},
		Jobs:     Jobs{Workers: 8},
		Webhooks: Webhooks{Allow: []string{}},
	}
}

// File is the configuration file that was read, or "".
func (c Config) File() string { return c.file }

// Origin says where the value of a setting came from: "default", an environment
// variable, or file:line.
func (c Config) Origin(key string) string {
	if o, ok := c.origins[key]; ok {
		return o
	}
	return "default"
}

// URL is the address that links start with, without a slash at its end.
func (c Config) URL() string {
	if c.BaseURL != "" {
		return strings.TrimRight(c.BaseURL, "/")
	}
	return "http://" + c.Listen
}

// ProxyPrefixes returns Proxies as networks. Load has checked that they parse.
func (c Config) ProxyPrefixes() []netip.Prefix {
	out := make([]netip.Prefix, 0, len(c.Proxies))
	for _, p := range c.Proxies {
		if prefix, err := netip.ParsePrefix(p); err == nil {
			out = append(out, prefix.Masked())
		}
	}
	return out
}

// Warnings are sentences about settings that work but are probably not meant.
func (c Config) Warnings() []string {
	var out []string
	if u, err := url.Parse(c.URL()); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
		out = append(out, "base_url starts with http:// and is not this machine: browsers refuse the sign-in cookie there. Put a reverse proxy with TLS in front and set base_url to its https:// address.")
	}
	if c.SMTP.Host != "" && c.SMTP.TLS == "none" && c.SMTP.Password != "" && !loopback(c.SMTP.Host) {
		out = append(out, "smtp.tls is none: the mail password crosses the network readable. Use starttls or tls.")
	}
	if host, _, err := net.SplitHostPort(c.MetricsAddress()); err == nil && !loopback(host) {
		out = append(out, "metrics.listen is not this machine: nobody signs in there, so let only Prometheus reach it.")
	}
	return out
}

// MetricsAddress is where metrics are served, or "". A port alone means this
// machine only, because nobody signs in there.
func (c Config) MetricsAddress() string {
	if strings.HasPrefix(c.Metrics.Listen, ":") {
		return "127.0.0.1" + c.Metrics.Listen
	}
	return c.Metrics.Listen
}

// complete fills in the paths that depend on other settings.
func (c *Config) complete() {
	home := ""
	if c.file != "" {
		home = filepath.Dir(c.file)
	}
	for key, path := range map[string]*string{"data": &c.Data, "key_file": &c.KeyFile, "database.path": &c.Database.Path, "connectors.folder": &c.Connectors.Folder, "connectors.drop": &c.Connectors.Drop} {
		// A path in the file is relative to the file, so that a service can be started from anywhere.
		fromFile := strings.HasPrefix(c.origins[key], c.file+":")
		if home != "" && fromFile && *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(home, *path)
		}
	}
	if c.Database.Path == "" {
		c.Database.Path = filepath.Join(c.Data, "portico.db")
	}
	if c.Connectors.Folder == "" {
		c.Connectors.Folder = filepath.Join(filepath.Dir(filepath.Clean(c.Data)), "connectors")
	}
	if c.KeyFile == "" && home != "" {
		c.KeyFile = filepath.Join(home, "portico.key")
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(filepath.Dir(filepath.Clean(c.Data)), "keys", "portico.key")
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
