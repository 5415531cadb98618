package dump_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/cmd/internal/dump"
	"portico/sync/fault"
)

// tools puts scripts in the place of every program. What they write to $SAW is returned by saw.
func tools(t *testing.T, scripts map[string]string) (saw func() string) {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		text := "#!/bin/sh\n[ \"$1\" = --version ] && { " + script + "; }\necho \"$0 $* PGPASSWORD=$PGPASSWORD\" >> " + dir + "/saw\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil { // #nosec G306 -- it is run
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return func() string {
		text, err := os.ReadFile(filepath.Join(dir, "saw"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

var source = dump.Source{
	Address: "postgres://sys%40x:s3cret@db.example:5432/portico?sslmode=require&search_path=portico&pool_max_conns=3&password=s3cret",
	Schema:  `por"tico`, Snapshot: "0001-1", Server: 17,
}

func TestThePasswordIsNotOnTheCommandLine(t *testing.T) {
	saw := tools(t, map[string]string{"pg_dump": "echo 'pg_dump (PostgreSQL) 17.2 (Debian 17.2-1)'; exit"})
	if err := dump.Write(t.Context(), source, "out"); err != nil {
		t.Fatal(err)
	}
	line, env, _ := strings.Cut(saw(), " PGPASSWORD=")
	if strings.Contains(line, "s3cret") || strings.TrimSpace(env) != "s3cret" {
		t.Errorf("the command line was %s, the password %q", line, env)
	}
	for _, want := range []string{"--dbname=postgres://sys%40x@db.example:5432/portico?sslmode=require ", `--schema="por""tico"`, "--snapshot=0001-1", "--enable-row-security"} {
		if !strings.Contains(line, want) {
			t.Errorf("%s is not in %s", want, line)
		}
	}
}

func TestToolsThatCannotDoItAreToldOf(t *testing.T) {
	for name, c := range map[string]struct {
		scripts map[string]string
		want    string
	}{
		"missing": {nil, "was not found. Install the client tools of PostgreSQL 17"},
		"too old": {map[string]string{"pg_dump": "echo 'pg_dump (PostgreSQL) 16.9'; exit", "pg_restore": "echo 'pg_restore (PostgreSQL) 9.6.1'; exit"}, "it is too old"},
		"another": {map[string]string{"pg_dump": "exit 3", "pg_restore": "echo hello; exit"}, "cannot be run"},
	} {
		t.Run(name, func(t *testing.T) {
			tools(t, c.scripts)
			for way, err := range map[string]error{
				"write": dump.Write(t.Context(), source, "out"),
				"load":  dump.Load(t.Context(), source.Address, "out", source.Server, "system"),
			} {
				if !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), c.want) {
					t.Errorf("%s: %v: %s", way, err, fault.Public(err))
				}
			}
		})
	}
}

func TestAToolThatFailsSaysWhy(t *testing.T) {
	tools(t, map[string]string{"pg_dump": "echo 'pg_dump (PostgreSQL) 18.0'; exit; }; { echo 'permission denied for sequence' >&2; exit 1"})
	err := dump.Write(t.Context(), source, "out")
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "permission denied for sequence") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v", err)
	}
}
