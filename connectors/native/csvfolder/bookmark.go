package csvfolder

import (
	"encoding/json"
	"slices"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// remembered is how many files that were read are known one by one. Older ones are
// known by their date.
const remembered = 500

// bookmark is how far a table has been read.
type bookmark struct {
	// Layout is the fingerprint of what the files were read by. With another one
	// everything is read anew.
	Layout string `json:"layout"`
	// AsOf is when the newest file was written that was read whole.
	AsOf time.Time `json:"as_of,omitzero"`
	// Rows is how many rows the last whole file had.
	Rows int      `json:"rows,omitempty"`
	Done []readOf `json:"done,omitempty"` // in the order of their dates
	At   *place   `json:"at,omitempty"`
}

// readOf is a file that was read whole.
type readOf struct {
	Mark string    `json:"mark"`
	At   time.Time `json:"at"`
}

// place is where a file is being read.
type place struct {
	Mark string `json:"mark"`
	Rows int    `json:"rows"` // that are done with
	// Anew says that files are read that were read before, and those that already are.
	Anew bool     `json:"anew,omitempty"`
	Past []string `json:"past,omitempty"`
}

func readBookmark(c remote.Checkpoint, layout string) (bookmark, error) {
	b := bookmark{Layout: layout}
	if len(c) == 0 {
		return b, nil
	}
	if err := json.Unmarshal(c, &b); err != nil {
		return bookmark{Layout: layout}, fault.Wrap(fault.Internal, "decode checkpoint", err)
	}
	if b.Layout != layout {
		// What was read before keeps its date until all of it was read by the new layout.
		b = bookmark{Layout: layout, AsOf: b.AsOf, At: &place{Anew: true}}
	}
	return b, nil
}

func (b *bookmark) encode() (remote.Checkpoint, error) {
	data, err := json.Marshal(b)
	return data, fault.Wrap(fault.Internal, "encode checkpoint", err)
}

// knows reports whether a file was read whole as it is.
func (b *bookmark) knows(f file) bool {
	return slices.ContainsFunc(b.Done, func(r readOf) bool { return r.Mark == f.Mark }) ||
		len(b.Done) >= remembered && f.at.Before(b.Done[0].At)
}

// finish notes that a file was read whole.
func (b *bookmark) finish(f file, rows int) {
	b.Done = slices.DeleteFunc(b.Done, func(r readOf) bool { return r.Mark == f.Mark })
	at, _ := slices.BinarySearchFunc(b.Done, f.at, func(r readOf, t time.Time) int { return r.At.Compare(t) })
	b.Done = slices.Insert(b.Done, at, readOf{f.Mark, f.at})
	b.Done = b.Done[max(0, len(b.Done)-remembered):]
	b.Rows = rows
}
