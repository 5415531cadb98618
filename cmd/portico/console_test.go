package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"portico/config"
	"portico/sync/fault"
)

// shell runs command lines against a fake program.
type shell struct {
	*fake
	in      string
	environ []string
}

func (s shell) run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e strings.Builder
	c := console{
		in: strings.NewReader(s.in), out: &o, err: &e, environ: s.environ,
		open: func(config.Config, *slog.Logger) (Program, error) { return s.fake, s.openErr },
		lint: func(path string) error {
			if strings.Contains(path, "bad") {
				return errors.New(path + ":3:5: nope")
			}
			return nil
		},
	}
	code = c.run(context.Background(), args)
	return code, o.String(), e.String()
}

// every visits each command below cmd, and cmd itself.
func every(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			every(sub, visit)
		}
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	every((&console{}).root(), func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		if cmd.Short == "" || cmd.Long == "" || !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("%q lacks a short text, a long text or an example of itself", cmd.CommandPath())
		}
		code, out, errs := shell{fake: &fake{}}.run(t, append(path, "-h")...)
		if code != exitOK || errs != "" || !strings.Contains(out, "Examples:") {
			t.Errorf("%s -h: code %d, errors %q, output %q", cmd.CommandPath(), code, errs, out)
		}
	})
}

func TestNoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	every((&console{}).root(), func(cmd *cobra.Command) {
		for _, name := range []string{"password", "token", "secret", "key"} {
			if cmd.Flags().Lookup(name) != nil {
				t.Errorf("%s --%s would show in process lists", cmd.CommandPath(), name)
			}
		}
	})
}

func TestWrongUsageIsExplainedOnceAndExitsTwo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want string
	}{
		{"serv", "did you mean serve"},
		{"connector chek x", "did you mean check?"},
		{"serve now", `"now" is one word too many`},
		{"serve --dmeo", "unknown flag: --dmeo"},
		{"connector check", "NAME is missing"},
		{"connector preview rt", "STREAM is missing"},
		{"connector preview rt tickets --limit 0", "--limit is from 1 to 200"},
		{"connector lint", "FILE-OR-FOLDER is missing"},
		{"backup", "FILE is missing"},
		{"restore b.tar.gz", "--into is missing"},
		{"connector add requesttracker", "--name is missing"},
		{"connector add nosuch --name x", "there is requesttracker"},
		{"connector add requesttracker --name x", "--set url=… is missing: Address"},
		{"connector add requesttracker --name x --set urk=1", "it has url, queue, token"},
		{"connector add requesttracker --name x --set url", "is not FIELD=VALUE"},
		{"connector add requesttracker --name x --set token=1", "token is a secret"},
		{"connector match rt Nordwind", "COMPANY and --account go together"},
		{"account launch Nordwind now", "is not one of hidden, preview, invited"},
		{"user add a@b.example", "give either --account and --role, or --staff"},
		{"user add a@b.example --account N --role boss", "is not one of owner, finance"},
		{"user add a@b.example --staff boss", "is not one of queue, agent"},
		{"user add a@b.example --staff admin --role owner", "--role is for members"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			code, out, errs := shell{fake: f}.run(t, strings.Fields(c.args)...)
			if code != exitUsage || out != "" || strings.Count(errs, c.want) != 1 || !strings.Contains(errs, "-h\" for help") {
				t.Errorf("code %d, output %q, errors %q, want %q once", code, out, errs, c.want)
			}
			if len(f.calls) > 0 {
				t.Errorf("it was done all the same: %q", f.calls)
			}
		})
	}
}

func TestFailuresAreToldInPlainWordsAndExitOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"sentence and cause", fault.New(fault.Setup, "The key cannot be read.").Because("open key", os.ErrPermission),
			"portico: The key cannot be read.\n  Cause: open key: permission denied\n  \"portico doctor\" tries everything the program depends on.\n"},
		{"sentence alone", fault.New(fault.NotFound, "There is no connection \"rt\"."), "portico: There is no connection \"rt\".\n"},
		{"fields", fault.New(fault.Invalid, "Please correct this.").Field("url", "This is needed."), "portico: Please correct this.\n  url: This is needed.\n"},
		{"bare", errors.New("disk is full"), "portico: disk is full\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := shell{fake: &fake{err: c.err}}.run(t, "doctor")
			if code != exitFailure || out != "" || errs != c.want {
				t.Errorf("code %d, output %q, errors %q, want %q", code, out, errs, c.want)
			}
		})
	}
}

func TestProgramIsClosedWhateverHappens(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, errors.New("no")} {
		f := &fake{err: err}
		shell{fake: f}.run(t, "account", "list")
		if !f.closed {
			t.Errorf("not closed after %v", err)
		}
	}
	f := &fake{openErr: errors.New("locked")}
	if code, _, errs := (shell{fake: f}).run(t, "account", "list"); code != exitFailure || !strings.Contains(errs, "locked") || f.closed {
		t.Errorf("code %d, errors %q, closed %v", code, errs, f.closed)
	}
}

func TestMistakesOfTheConfigurationAreListed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portico.yaml")
	if err := os.WriteFile(path, []byte("lisen: x\nlog:\n  level: loud\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"config", "check"}, {"serve"}, {"config", "print"}} {
		f := &fake{}
		code, _, errs := shell{fake: f}.run(t, append([]string{"--config", path}, args...)...)
		if code != exitFailure || !strings.Contains(errs, "did you mean listen?") || !strings.Contains(errs, path+":3: log.level") || len(f.calls) > 0 {
			t.Errorf("%v: code %d, errors %q, calls %q", args, code, errs, f.calls)
		}
	}
}

func TestConfigPrintAndCheck(t *testing.T) {
	t.Parallel()
	s := shell{fake: &fake{}, environ: []string{"PORTICO_SMTP_PASSWORD=hunter2", "PORTICO_BASE_URL=http://portal.lan"}}
	if code, out, _ := s.run(t, "config", "print"); code != exitOK || strings.Contains(out, "hunter2") || !strings.Contains(out, "(PORTICO_SMTP_PASSWORD)") {
		t.Errorf("code %d, output %q", code, out)
	}
	if code, out, _ := s.run(t, "config", "check"); code != exitOK || !strings.Contains(out, "Careful: base_url") || !strings.Contains(out, "can be used") {
		t.Errorf("code %d, output %q", code, out)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, out, _ := shell{fake: &fake{}}.run(t, "version", "--json")
	var b build
	if err := json.Unmarshal([]byte(out), &b); code != exitOK || err != nil || b.Release == "" || b.Revision == "" || !strings.HasPrefix(b.Go, "go1.") {
		t.Errorf("code %d, %v, %+v", code, err, b)
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	s := shell{fake: &fake{}}
	if code, out, _ := s.run(t, "connector", "lint", "good.yaml"); code != exitOK || out != "good.yaml: no mistakes\n" {
		t.Errorf("code %d, output %q", code, out)
	}
	code, out, errs := s.run(t, "connector", "lint", "good.yaml", "bad.yaml")
	if code != exitFailure || out != "good.yaml: no mistakes\n" || errs != "bad.yaml:3:5: nope\nportico: 1 of 2 manifests cannot be used\n" {
		t.Errorf("code %d, output %q, errors %q", code, out, errs)
	}
}
