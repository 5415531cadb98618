package rehearsal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"portico/sync/record"
	"portico/sync/remote"
)

// goldenFile is what a stream makes of the recording.
type goldenFile struct {
	Records  []record.Record `json:"records"`
	Deleted  []record.Ref    `json:"deleted,omitempty"`
	SetAside []remote.Reject `json:"set_aside,omitempty"`
}

// golden pulls a stream undisturbed and compares what comes out with what did before.
func (s *stage) golden(st remote.Stream, update bool) {
	what := st.Name + ": golden records"
	s.replay.Spoiled(nil)
	r := s.run()
	err := s.pull(r, st.Name, remote.Changes)
	partial := slices.Contains(s.tape.Partial, st.Name)
	switch unknown := s.replay.Unknown(); {
	case len(unknown) > 0 && !partial:
		s.add(Fail, what, "it asks what is not recorded; record anew, or undo the change: "+unknown[0])
		return
	case err != nil && (!partial || len(unknown) == 0):
		s.add(Fail, what, problem(err))
		return
	case err == nil && !r.complete:
		s.add(Fail, what, "the pull ended without saying that it was whole")
		return
	}
	for i := range r.deleted {
		r.deleted[i].Connection = record.ConnectionID{} // another one each time
	}
	s.whole[st.Name] = r
	got, err := json.MarshalIndent(goldenFile{r.order, r.deleted, r.rejects}, "", "  ")
	if err != nil {
		s.add(Fail, what, err.Error())
		return
	}
	s.compare(what, filepath.Join(s.dir, "testdata", "golden", st.Name+".json"), append(got, '\n'), update, brought(r))
}

// brought counts what came.
func brought(r *run) string {
	out := count(len(r.order), "record")
	if len(r.deleted) > 0 {
		out += fmt.Sprintf(", %d deleted", len(r.deleted))
	}
	if len(r.rejects) > 0 {
		out += fmt.Sprintf(", %d set aside (%s)", len(r.rejects), r.rejects[0].Reason)
	}
	return out
}

func (s *stage) compare(what, path string, got []byte, update bool, says string) {
	want, err := os.ReadFile(path) // #nosec G304 -- the administrator names the folder
	switch {
	case err == nil && bytes.Equal(got, want):
		s.add(OK, what, says)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		s.add(Fail, what, err.Error())
	case update:
		if err = os.MkdirAll(filepath.Dir(path), 0o750); err == nil {
			err = os.WriteFile(path, got, 0o600)
		}
		if err != nil {
			s.add(Fail, what, err.Error())
			return
		}
		s.add(OK, what, says+", written")
	case err != nil:
		s.add(Fail, what, says+" came out, and there is nothing to compare them with; look at them (--update writes them)")
	default:
		s.add(Fail, what, "what comes out is another than before; look at it, then run with --update\n"+difference(string(want), string(got)))
	}
}

// shown is how many lines of a difference are shown on each side.
const shown = 12

// difference is the lines between the common beginning and the common end.
func difference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	for len(a) > from && len(b) > from && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var out []string
	for sign, lines := range map[string][]string{"-": a[from:], "+": b[from:]} {
		for i, line := range lines {
			if i == shown {
				out = append(out, fmt.Sprintf("%s … %d more lines", sign, len(lines)-shown))
				break
			}
			out = append(out, sign+line)
		}
	}
	slices.SortStableFunc(out, func(x, y string) int { return int(y[0]) - int(x[0]) }) // what was, then what is
	return fmt.Sprintf("@ line %d\n%s", from+1, strings.Join(out, "\n"))
}
