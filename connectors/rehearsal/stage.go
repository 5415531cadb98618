package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/connectors/tape"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// stage is where a connector plays against its tape.
type stage struct {
	ctx     context.Context //nolint:containedctx // of the one call of Run
	dir     string
	m       *manifest.Manifest
	tape    *tape.Tape
	replay  *tape.Replay
	conn    remote.Conn
	results []Result
	whole   map[string]*run // an undisturbed pull of each stream
	heard   strings.Builder // everything that ever came out
}

func newStage(ctx context.Context, dir string, m *manifest.Manifest, t *tape.Tape) *stage {
	begun := time.Now()
	// It is as late as when the recording was made, so that the same is asked.
	now := func() time.Time { return t.Taken.Add(time.Since(begun)) }
	s := &stage{ctx: ctx, dir: dir, m: m, tape: t, replay: t.Replay(), whole: map[string]*run{}}
	s.conn = remote.Conn{ID: record.NewConnectionID(), Settings: t.Settings, Secret: func(string) (string, error) { return tape.Standin, nil },
		Transport: s.replay, Budget: rest.NewBudget(rest.Limit{}, now), Log: slog.New(slog.DiscardHandler), Now: now}
	if made, err := s.connector().Fingerprint(s.conn); err == nil && m.HTTP.Auth.Consents() {
		// Whoever let us in is not on the tape.
		s.conn.Tokens = remote.Hold(remote.Token{Version: 1, Access: tape.Standin, Made: made, SignedIn: t.Taken})
	}
	return s
}

// connector is one that remembers nothing of earlier tries.
func (s *stage) connector() *engine.Connector { return engine.New(s.m) }

func (s *stage) add(state State, what, says string) {
	s.results = append(s.results, Result{state, what, says})
}

// unrecorded says so when something was asked that is not on the tape.
func (s *stage) unrecorded(what string) bool {
	unknown := s.replay.Unknown()
	if len(unknown) > 0 {
		s.add(Skip, what, "the recording does not hold "+unknown[0])
	}
	return len(unknown) > 0
}

// errKilled is how a run is killed: nothing of the page is stored.
var errKilled = errors.New("killed by the rehearsal")

// run is what one pull, or one after another, brought.
type run struct {
	s          *stage
	killAt     int // the page that is refused; 0 means none
	pages      int
	complete   bool
	checkpoint remote.Checkpoint
	order      []record.Record
	deleted    []record.Ref
	rejects    []remote.Reject
	held       map[string]string // records as JSON, by kind and id
	written    int               // records that were new or different
}

func (s *stage) run() *run { return &run{s: s, held: map[string]string{}} }

// Page implements remote.Emitter.
func (r *run) Page(_ context.Context, p remote.Page) error {
	r.pages++
	if r.pages == r.killAt {
		return errKilled
	}
	for _, rec := range p.Records {
		text := asText(rec)
		r.s.heard.WriteString(text)
		if key := string(rec.Kind) + " " + rec.External; r.held[key] != text {
			r.held[key] = text
			r.written++
		}
	}
	r.order = append(r.order, p.Records...)
	r.deleted = append(r.deleted, p.Deleted...)
	r.rejects = append(r.rejects, p.Rejects...)
	r.checkpoint = slices.Clone(p.Next)
	return nil
}

// Progress implements remote.Emitter.
func (r *run) Progress(int, int) {}

// Complete implements remote.Emitter.
func (r *run) Complete(context.Context) error {
	r.complete = true
	return nil
}

func asText(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// pull reads a stream from where the run stands. A connector that breaks is told,
// and does not end the rehearsal.
func (s *stage) pull(r *run, stream string, mode remote.PullMode) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("the connector broke down: %v", broken)
		}
	}()
	r.complete, r.pages = false, 0
	return s.connector().Pull(s.ctx, s.conn, remote.PullRequest{Stream: stream, Mode: mode, Checkpoint: r.checkpoint}, r)
}

// problem is what an administrator would read of an error.
func problem(err error) string {
	if said := fault.Public(err); said != "" {
		return said
	}
	return err.Error()
}

// differ says how two pulls differ, or "".
func differ(want, got map[string]string) string {
	if maps.Equal(want, got) {
		return ""
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		switch {
		case got[key] == "":
			return key + " is missing"
		case got[key] != want[key]:
			return key + " is another: " + got[key] + " and not " + want[key]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if want[key] == "" {
			return key + " is too much"
		}
	}
	return ""
}
