// Package rehearsal tries a connector against what its system once answered: no
// network, no database. It promises that what a connector makes of the recording is
// compared with what it made before, and that of the promises which every connector
// keeps (connectors/connectortest) those are tried that a recording can show: a pull
// goes on where it was killed, reads the same twice, believes no broken page, waits
// when it is told to, and lets no private text out.
//
// It hides the playing and the comparing. What needs a system that changes
// (deletions, late commits, writes) it cannot try; that is what fakes are for.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"portico/connectors/manifest"
	"portico/connectors/tape"
	"portico/sync/fault"
	"portico/sync/remote"
)

// State is how a try ended.
type State string

// States.
const (
	OK   State = "ok"
	Fail State = "FAIL"
	Skip State = "skip" // the recording cannot show it
)

// Result is one promise, tried.
type Result struct {
	State State
	What  string
	Says  string // one sentence, or several lines
}

// Manifest is where a connector's manifest is: path itself, or in the folder path.
func Manifest(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, "manifest.yaml")
	}
	return path
}

// Load compiles the manifest in a folder.
func Load(dir string) (*manifest.Manifest, error) {
	path := Manifest(dir)
	data, err := os.ReadFile(path) // #nosec G304 -- the administrator names the folder
	if err != nil {
		return nil, fault.New(fault.Invalid, "There is no manifest that can be read at "+path+".").Because("read manifest", err)
	}
	return manifest.Parse(path, data)
}

// Run tries everything; update writes what comes out as golden. The error says why
// nothing could be tried.
func Run(ctx context.Context, dir string, update bool) ([]Result, error) {
	m, err := Load(dir)
	if err != nil {
		return nil, err
	}
	t, err := tape.Load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Newf(fault.Invalid, "There is no recording in %s yet. \"portico connector record %s\" makes one.", filepath.Join(dir, "testdata"), dir)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "read the recording", err)
	}
	s := newStage(ctx, dir, m, t)
	s.signIn()
	for _, st := range s.connector().Spec().Streams {
		s.golden(st, update)
	}
	for _, st := range s.connector().Spec().Streams {
		if slices.Contains(t.Partial, st.Name) {
			s.add(Skip, st.Name+": everything else", "only the beginning of this stream was recorded")
			continue
		}
		if s.whole[st.Name] == nil {
			continue // it was told why
		}
		for _, try := range []func(remote.Stream){s.readTwice, s.everything, s.killed, s.brokenPages, s.limited, s.hostile} {
			try(st)
		}
	}
	s.families()
	s.private()
	return s.results, ctx.Err()
}

// signIn asks what the form asks before a connection is saved.
func (s *stage) signIn() {
	s.replay.Spoiled(nil)
	report := s.connector().Check(s.ctx, s.conn)
	const what = "the check of a connection"
	if s.unrecorded(what) {
		return
	}
	for _, item := range report.Items {
		if !item.OK && !report.OK {
			s.add(Fail, what, item.Name+": "+item.Detail)
			return
		}
	}
	s.add(OK, what, fmt.Sprintf("%d of %d things are as they should be", good(report), len(report.Items)))
}

func good(r remote.Report) int {
	n := 0
	for _, item := range r.Items {
		if item.OK {
			n++
		}
	}
	return n
}

// count puts a number before a word.
func count(n int, of string) string {
	if n != 1 {
		of += "s"
	}
	return fmt.Sprintf("%d %s", n, of)
}
