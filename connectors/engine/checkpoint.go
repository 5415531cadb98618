package engine

import (
	"encoding/json"
	"math"
	"time"

	"portico/connectors/manifest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// bookmark is the content of a checkpoint.
type bookmark struct {
	// High is the time of the newest change that a whole pass has seen, by the
	// source's clock.
	High time.Time `json:"high,omitzero"`
	// Pass is one that has not reached its end.
	Pass *pass `json:"pass,omitempty"`
	// Seen are the parents changed lately whose children are already read, so
	// that the overlap does not read them again.
	Seen map[string]seen `json:"seen,omitempty"`
	// Delta is the token of the system's own that the next pull begins with.
	Delta string `json:"delta,omitempty"`
	// Folders are those of a stream whose items lie in some.
	Folders map[string]node `json:"folders,omitempty"`
}

type pass struct {
	Mode  remote.PullMode `json:"mode"`
	Since time.Time       `json:"since,omitzero"`
	High  time.Time       `json:"high,omitzero"`
	At    place           `json:"at"`
	// From is the last change that was read, where a question that is capped has
	// been asked again.
	From time.Time `json:"from,omitzero"`
	// Token is the system's own that the pass began with, or "".
	Token string `json:"token,omitempty"`
	// Began is when the pass did, by the source's clock where it tells it. What
	// changes later may stand on a part of the list that was read before.
	Began time.Time `json:"began,omitzero"`
}

type seen struct {
	Version string `json:"v"`
	At      int64  `json:"t"` // of the change, seconds since the epoch
	// Read is when its children were read, by our clock, while the second of the
	// change may not have been over at the source: another change may have the
	// same version. Zero when that is settled.
	Read int64 `json:"r,omitempty"`
}

// settling is how old a change must be to be settled at once: far more than
// clocks differ. A younger one is read once more, when at least two seconds
// have passed since.
const settling = time.Hour

// needs reports whether the children of a parent in this version must be read.
func (s seen) needs(version string, now time.Time) bool {
	return version == "" || version != s.Version || s.Read != 0 && now.Unix() >= s.Read+2
}

// maxSeen bounds a checkpoint; a parent that is forgotten is read once more.
const maxSeen = 5000

// unknownZone is how far a time may be misread when nobody knows in which zone
// the system reads it: the westernmost is twelve hours behind.
const unknownZone = 12 * time.Hour

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

// begin returns the pass to run: the unfinished one, or a new one. clock is the
// source's own, or zero. One that was set back dates its changes before what was
// seen already, so a pass begins no later than what the clock says now.
// now is our own.
func (b *bookmark) begin(mode remote.PullMode, inc *manifest.Incremental, clock, now time.Time) *pass {
	if b.Pass != nil && b.Pass.Mode == mode && mode == remote.Changes {
		return b.Pass
	}
	p := &pass{Mode: mode, Began: now}
	if !clock.IsZero() {
		p.Began = clock
	}
	if mode == remote.Changes {
		p.Token = b.Delta
	}
	if inc != nil && mode == remote.Changes && !b.High.IsZero() {
		from := b.High
		if !clock.IsZero() && clock.Before(from) {
			from = clock
		}
		p.Since = from.Add(-inc.Overlap.Duration)
	}
	if mode == remote.Everything {
		b.Seen = nil
	}
	return p
}

// advance notes where the pass stands after a page.
func (b *bookmark) advance(p *pass, pg page, inc *manifest.Incremental) {
	switch {
	case pg.cut:
		p.At, p.From, b.Pass = place{}, pg.edge, p
		return
	case !pg.last:
		p.At, b.Pass = pg.next, p
		return
	}
	b.Delta = pg.token
	if high := p.reached(inc); high.After(b.High) {
		b.High = high
	}
	b.Pass = nil
	edge := int64(math.MinInt64)
	if inc != nil {
		edge = b.High.Add(-inc.Overlap.Duration - unknownZone).Unix()
	}
	for id, s := range b.Seen {
		if s.At < edge || len(b.Seen) > maxSeen {
			delete(b.Seen, id)
		}
	}
}

// observe raises the pass's newest time by that of one item. A time in the
// future is the source's mistake and must not carry the cursor past changes.
func (p *pass) observe(at, now time.Time) {
	if at.After(now) {
		at = now
	}
	if at.After(p.High) {
		p.High = at
	}
}

// reached is how far a pass that is over may move the cursor: to the newest change
// that it saw, and never past its own beginning. A list that is not in the order of
// change shows late changes of some records and not those of others.
func (p *pass) reached(inc *manifest.Incremental) time.Time {
	if inc == nil || p.Began.IsZero() {
		return p.High
	}
	if began := p.Began.Add(-inc.Lag.Duration); p.High.After(began) {
		return began
	}
	return p.High
}

// span is the texts that the request asks by: from when, and until when.
func (s *session) span(inc *manifest.Incremental, p *pass, env manifest.Env) (since, until string, err error) {
	zone, err := inc.Zone.Text(env)
	if err != nil {
		return "", "", fault.Wrap(fault.Broken, "read the time zone", err)
	}
	where := time.UTC
	unknown := zone == "" && inc.Zone.Set()
	if !unknown {
		if where, err = time.LoadLocation(zone); err != nil {
			return "", "", fault.Newf(fault.Setup, "The time zone %q of the connection's user is not known; set it to UTC in the system.", clip(zone, 60)).
				Because("load time zone", err)
		}
	}
	to := s.conn.Now().Add(-inc.Lag.Duration)
	if unknown {
		to = to.Add(unknownZone + 2*time.Hour) // the easternmost is fourteen hours ahead
	}
	until = inc.Write(to, where)
	from := p.Since
	if p.From.After(from) {
		from = p.From
	}
	if from.IsZero() {
		return inc.Write(time.Unix(0, 0), time.UTC), until, nil
	}
	if unknown {
		from = from.Add(-unknownZone)
	}
	return inc.Write(inc.Before(from), where), until, nil
}
