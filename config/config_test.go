package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/config"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "portico.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, path string, environ ...string) config.Config {
	t.Helper()
	c, err := config.Load(path, environ)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

func TestDefaultsRun(t *testing.T) {
	t.Parallel()
	c := load(t, "")
	if c.Listen != "127.0.0.1:8080" || c.URL() != "http://127.0.0.1:8080" {
		t.Errorf("listen %s, URL %s", c.Listen, c.URL())
	}
	if want := filepath.Join("data", "portico.db"); c.Database.Path != want {
		t.Errorf("database.path = %s, want %s", c.Database.Path, want)
	}
	if want := filepath.Join("keys", "portico.key"); c.KeyFile != want {
		t.Errorf("key_file = %s, want %s", c.KeyFile, want)
	}
	if c.Origin("listen") != "default" || len(c.Warnings()) != 0 {
		t.Errorf("origin %q, warnings %q", c.Origin("listen"), c.Warnings())
	}
}

func TestEnvironmentWinsOverFileOverDefaults(t *testing.T) {
	t.Parallel()
	path := write(t, "listen: 127.0.0.1:9000\njobs:\n  workers: 3\nproxies: [10.0.0.0/8]\nlog:\n")
	c := load(t, path, "PORTICO_LISTEN=127.0.0.1:9001", "PORTICO_PROVIDER_NAME=Halden IT", "PORTICO_REDIS=", "HOME=/x")
	if c.Listen != "127.0.0.1:9001" || c.Origin("listen") != "PORTICO_LISTEN" {
		t.Errorf("listen = %s from %s", c.Listen, c.Origin("listen"))
	}
	if c.Jobs.Workers != 3 || c.Origin("jobs.workers") != path+":3" {
		t.Errorf("jobs.workers = %d from %s", c.Jobs.Workers, c.Origin("jobs.workers"))
	}
	if c.Provider.Name != "Halden IT" || c.Log != config.Defaults().Log {
		t.Errorf("provider %q, log %+v", c.Provider.Name, c.Log)
	}
	if p := c.ProxyPrefixes(); len(p) != 1 || p[0].String() != "10.0.0.0/8" {
		t.Errorf("proxies = %v", p)
	}
	if c.Redis != "" || c.Origin("redis") != "default" {
		t.Errorf("an empty variable counted as set: %q from %s", c.Redis, c.Origin("redis"))
	}
}

func TestPathsInTheFileAreRelativeToIt(t *testing.T) {
	t.Parallel()
	path := write(t, "data: var\n")
	home := filepath.Dir(path)
	c := load(t, path)
	for what, got := range map[string][2]string{
		"data":       {c.Data, filepath.Join(home, "var")},
		"database":   {c.Database.Path, filepath.Join(home, "var", "portico.db")},
		"connectors": {c.Connectors.Folder, filepath.Join(home, "connectors")},
		"key":        {c.KeyFile, filepath.Join(home, "portico.key")},
	} {
		if got[0] != got[1] {
			t.Errorf("%s = %s, want %s", what, got[0], got[1])
		}
	}
	if c := load(t, path, "PORTICO_DATA=elsewhere"); c.Data != "elsewhere" {
		t.Errorf("data from the environment = %s, want it relative to the working directory", c.Data)
	}
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	path := write(t, `lisen: 127.0.0.1:9000
smtp:
  host: mail.example.com
  port: many
  tsl: tls
provider: Halden
data:
  - one
jobs:
  workers: 0
`)
	_, err := config.Load(path, []string{"PORTICO_LOG_LEVEL=loud", "PORTICO_LISTN=x", "PORTICO_PROXIES=10.0.0.0/8, ten", "PORTICO_TEST_REDIS=ok"})
	if err == nil {
		t.Fatal("Load accepted it")
	}
	for _, want := range []string{
		path + ":1: lisen is not a setting; did you mean listen?",
		path + `:4: smtp.port: "many" is not a whole number`,
		path + ":5: smtp.tsl is not a setting; did you mean smtp.tls?",
		path + ":6: provider is not a setting; it is a group of provider.name",
		path + ":7: data: one value is expected here",
		path + `:10: jobs.workers: "0" is too small, at least 1`,
		"default: smtp.from: needed, because smtp.host is set",
		`PORTICO_LOG_LEVEL: log.level: "loud" is not one of debug, info, warn, error`,
		"PORTICO_LISTN: not a setting; did you mean PORTICO_LISTEN?",
		`PORTICO_PROXIES: proxies: "ten" is not a network`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in:\n%v", want, err)
		}
	}
	if n := len(strings.Split(err.Error(), "\n")); n != 10 {
		t.Errorf("%d lines, want 10:\n%v", n, err)
	}
}

func TestSingleMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"not YAML", "listen: [", "not readable as YAML"},
		{"a key twice", "listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "already defined"},
		{"open to the network", "listen: 0.0.0.0:8080\n", "base_url: needed"},
		{"no port", "listen: localhost\n", "not an address and port"},
		{"key beside the data", "data: d\nkey_file: d/keys/k\n", "key_file: lies in the data folder"},
		{"bad zone", "provider:\n  zone: Mars/Base\n", "not a time zone"},
		{"bad colour", "provider:\n  colour: \"#abc\"\n", "not a colour"},
		{"bad redis", "redis: localhost:6379\n", "not an address of Redis"},
		{"bad database", "database:\n  url: host=db user=x\n  system_url: postgres://s@db/portico\n", "not an address of PostgreSQL"},
		{"password aside", "database:\n  url: postgres://a@db/p?password=x\n  system_url: postgres://s@db/p\n", "not an address of PostgreSQL"},
		{"one role", "database:\n  url: postgres://a@db/portico\n", "database.system_url: needed for PostgreSQL"},
		{"owner alone", "database:\n  owner_url: postgres://o@db/portico\n", "database.url: needed for PostgreSQL"},
		{"nested list", "proxies: [[a]]\n", "a list of plain values"},
		{"long name", "provider:\n  name: " + strings.Repeat("x", 81) + "\n", "at most 80 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(write(t, c.file), nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := config.Load("/nowhere/portico.yaml", nil); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("missing file: %v", err)
	}
}

func TestPrintShowsOriginsAndReadsBack(t *testing.T) {
	t.Parallel()
	path := write(t, "smtp:\n  host: mail.example.com\n  from: portal@example.com\n  password: hunter2\nredis: redis://hub:hunter2@127.0.0.1:6379/0\nprovider:\n  name: \"Halden: IT\"\n")
	c := load(t, path)
	var out strings.Builder
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("a secret was printed:\n%s", out.String())
	}
	for _, want := range []string{"(" + path + ":2)", "(default)", "redis://hub:***@127.0.0.1:6379/0", "  name: 'Halden: IT'"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("missing %q in:\n%s", want, out.String())
		}
	}
	again := load(t, write(t, out.String()))
	if again.SMTP.Host != c.SMTP.Host || again.Provider != c.Provider || again.KeyFile != c.KeyFile {
		t.Errorf("read back %+v, want %+v", again, c)
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	c := config.Config{SMTP: config.SMTP{Password: "hunter2"}}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "config", c.SMTP, "password", c.SMTP.Password)
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %+v %#v %s %s %s", c, c, c, c.SMTP.Password, log.String(), encoded)
	if strings.Contains(all, "hunter2") {
		t.Errorf("a secret was printed: %s", all)
	}
	if c.SMTP.Password.Reveal() != "hunter2" {
		t.Error("Reveal lost the value")
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	c := load(t, write(t, "listen: 0.0.0.0:8080\nbase_url: http://portal.lan/\nsmtp: {host: mail.lan, from: p@mail.lan, tls: none, user: u, password: p}\n"))
	if got := c.Warnings(); len(got) != 2 {
		t.Errorf("warnings = %q, want two", got)
	}
	if c.URL() != "http://portal.lan" {
		t.Errorf("URL = %s", c.URL())
	}
}

func TestMetricsAreForThisMachineUnlessSaidOtherwise(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		address  string
		warnings int
	}{
		"log: {level: info}\n":                    {"", 0},
		"metrics: {listen: \":9464\"}\n":          {"127.0.0.1:9464", 0},
		"metrics: {listen: \"0.0.0.0:9464\"}\n":   {"0.0.0.0:9464", 1},
		"metrics: {listen: \"localhost:9464\"}\n": {"localhost:9464", 0},
	} {
		c := load(t, write(t, text))
		if c.MetricsAddress() != want.address || len(c.Warnings()) != want.warnings {
			t.Errorf("%s: %q, %q", text, c.MetricsAddress(), c.Warnings())
		}
	}
}
