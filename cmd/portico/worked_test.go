package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the outputs of the worked example, and its recording, anew")

const (
	workedPage = "../../connectors/README.md"
	workedAt   = "../../connectors/example/stockbook"
	publicly   = "https://stock.example.com"
)

// The worked example of connectors/README.md is what happens: every command of it
// is run, in its order, against the invented system, and says what stands there.
func TestTheWorkedExample(t *testing.T) {
	page, err := filepath.Abs(workedPage)
	must(t, err)
	finished, err := filepath.Abs(workedAt)
	must(t, err)
	server := stockbook(t)
	address := strings.TrimPrefix(server.URL, "http://")
	text, err := os.ReadFile(page)
	must(t, err)
	home := t.TempDir()
	t.Chdir(home)
	must(t, os.WriteFile("token.txt", []byte("sb-4f1c77\n"), 0o600))
	run := func(args ...string) string {
		var out bytes.Buffer
		c := console{in: strings.NewReader(""), out: &out, err: t.Output(), open: program, lint: lint}
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], publicly, server.URL)
			if strings.HasSuffix(args[i], server.URL) {
				args = append(args, "--allow-private", address)
			}
		}
		if code := c.run(t.Context(), args); code != exitOK {
			t.Errorf("%v ended with %d", args, code)
		}
		return strings.NewReplacer(server.URL, publicly, home+"/", "").Replace(out.String())
	}
	run("migrate")
	commands := 0
	got := block.ReplaceAllStringFunc(string(text), func(b string) string {
		var done strings.Builder
		for line := range strings.Lines(b) {
			command, ok := strings.CutPrefix(line, "$ portico ")
			if !ok {
				continue
			}
			commands++
			done.WriteString(line + run(argumentsOf(strings.TrimSpace(command))...))
			if strings.HasPrefix(command, "connector new") { // this is where a person writes
				must(t, os.CopyFS("finished", os.DirFS(finished)))
				for _, name := range []string{"manifest.yaml", "testdata/private.txt"} {
					must(t, os.Rename(filepath.Join("finished", name), filepath.Join("connectors/stockbook", name)))
				}
			}
		}
		return "```console\n" + done.String() + "```"
	})
	if commands < 10 {
		t.Fatalf("only %d commands were found", commands)
	}
	if *update {
		must(t, os.WriteFile(page, []byte(got), 0o600))
		must(t, os.RemoveAll(filepath.Join(finished, "testdata")))
		must(t, os.CopyFS(filepath.Join(finished, "testdata"), os.DirFS("connectors/stockbook/testdata")))
	}
	if want := string(text); steady(got) != steady(want) {
		t.Errorf("what stands in the page is not what happens (-update writes it):\n%s", firstOther(steady(want), steady(got)))
	}
}

// The recording in the repository is good as it is, and names nobody.
func TestTheFinishedExampleIsGood(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := console{in: strings.NewReader(""), out: &out, err: &out, open: program, lint: lint}
	for _, args := range [][]string{{"connector", "lint", workedAt}, {"connector", "test", workedAt}} {
		if code := c.run(t.Context(), args); code != exitOK || strings.Contains(out.String(), "skip ") {
			t.Errorf("%v: %d\n%s", args, code, out.String())
		}
	}
	must(t, filepath.WalkDir(workedAt, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, private := range []string{"Ines", "Albrecht", "Noah", "Nordwind", "nordwind", "5551234", "sb-4f1c77"} {
			if bytes.Contains(data, []byte(private)) {
				t.Errorf("%s names %s", path, private)
			}
		}
		return err
	}))
}

// block is a block of commands with what they say.
var block = regexp.MustCompile("(?s)```console\n.*?```")

var spaces = regexp.MustCompile(`[ -]+`)

var changing = []*regexp.Regexp{
	regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), // ids
	regexp.MustCompile(`\b\d+(\.\d+)?(ms|µs|s)\b|, \d+/s`),                             // how long it took
	regexp.MustCompile(`\b\d+ pages?\b`),                                               // how many were there together
}

// steady is a text without what is another one each time.
func steady(text string) string {
	for _, r := range changing {
		text = r.ReplaceAllString(text, "…")
	}
	return spaces.ReplaceAllString(text, " ")
}

func firstOther(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "-" + a[i] + "\n+" + b[i]
		}
	}
	return "one is longer"
}

// argumentsOf splits a command line at spaces outside double quotes.
func argumentsOf(line string) []string {
	var out []string
	var b strings.Builder
	quoted, any := false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted, any = !quoted, true
		case r == ' ' && !quoted:
			if any || b.Len() > 0 {
				out = append(out, b.String())
			}
			any = false
			b.Reset()
		default:
			b.WriteRune(r)
		}
	}
	return append(out, b.String())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
