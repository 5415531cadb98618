package tryton

import (
	"context"
	"encoding/json"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// overlap is how far a pull looks back behind the newest change that it knows:
// transactions that were committed late, and clocks that differ.
const overlap = 20 * time.Minute

// bookmark is the content of a checkpoint.
type bookmark struct {
	// High is the time of the newest change that a whole pass has seen, by
	// Tryton's clock, and no later than when that pass began.
	High time.Time `json:"high,omitzero"`
	// Pass is one that has not reached its end.
	Pass *passing `json:"pass,omitempty"`
}

type passing struct {
	Mode   remote.PullMode `json:"mode"`
	Since  time.Time       `json:"since,omitzero"`
	Began  time.Time       `json:"began"` // by Tryton's clock
	Newest time.Time       `json:"newest,omitzero"`
	At     int64           `json:"at"` // the last id that is done
}

func readBookmark(c remote.Checkpoint) (bookmark, error) {
	var b bookmark
	if len(c) == 0 {
		return b, nil
	}
	return b, fault.Wrap(fault.Internal, "read checkpoint", json.Unmarshal(c, &b))
}

func (b bookmark) encode() (remote.Checkpoint, error) {
	data, err := json.Marshal(b)
	return data, fault.Wrap(fault.Internal, "write checkpoint", err)
}

// begin returns the pass to run: the unfinished one, or a new one. A clock that
// was set back dates changes before what was seen already, so that a pass begins
// no later than it.
func (b *bookmark) begin(mode remote.PullMode, now time.Time) *passing {
	if b.Pass != nil && b.Pass.Mode == mode && mode == remote.Changes {
		return b.Pass
	}
	p := &passing{Mode: mode, Began: now}
	if mode == remote.Changes && !b.High.IsZero() {
		p.Since = earlier(b.High, now).Add(-overlap)
	}
	return p
}

// advance notes where the pass stands after a page.
func (b *bookmark) advance(p *passing, page rowsPage) {
	if !page.last {
		p.At, b.Pass = page.next, p
		return
	}
	// What changed behind the pass while it ran is dated after its beginning.
	if high := earlier(p.Newest, p.Began); high.After(b.High) {
		b.High = high
	}
	b.Pass = nil
}

// observe raises the pass's newest time by those of a row. What cannot be read
// is left to whoever sets the row aside.
func (p *passing) observe(r *reading, related []string) {
	quiet := func(r *reading) *reading {
		var err error
		return &reading{row: r.row, err: &err}
	}
	note := func(r *reading) {
		for _, field := range []string{"write_date", "create_date"} {
			if at := r.moment(field); at.After(p.Newest) {
				p.Newest = at
			}
		}
	}
	note(quiet(r))
	for _, path := range related {
		for _, one := range quiet(r).along(path) {
			note(one)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// now asks the server for its time, when no answer has brought it yet.
func (s *session) now(ctx context.Context) (time.Time, error) {
	if s.clock.IsZero() {
		if _, err := s.get(ctx, "model.res.user.get_preferences", true, map[string]any{}); err != nil {
			return time.Time{}, err
		}
	}
	if s.clock.IsZero() {
		return s.conn.Now(), nil // a proxy took it away; the newest change counts then, too
	}
	return s.clock, nil
}
