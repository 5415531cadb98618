package caldav

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"

	"portico/sync/fault"
	"portico/sync/remote"
)

// bookmark is the content of a checkpoint: what is known of every object, so that
// a tombstone, which names only a path, leads to the records to remove, and so
// that a server without sync-collection can be asked what is new.
type bookmark struct {
	// Print is that of the settings the records were made with.
	Print  string            `json:"p,omitempty"`
	Shelfs map[string]*shelf `json:"c"` // by calendar.path
}

// shelf is one calendar.
type shelf struct {
	// Token is the sync-token up to which everything is read.
	Token string `json:"t,omitempty"`
	// CTag is the same for a server without tokens.
	CTag string `json:"g,omitempty"`
	// Pass counts the passes that read everything; Whole says that the last of
	// them came to its end, at Read (seconds since the epoch).
	Pass  int              `json:"n,omitempty"`
	Whole bool             `json:"w,omitempty"`
	Read  int64            `json:"r,omitempty"`
	Items map[string]*item `json:"i"` // by path below the home
}

// item is one object.
type item struct {
	ETag string `json:"e,omitempty"` // digest
	Pass int    `json:"n,omitempty"`
	Step int64  `json:"s,omitempty"` // of one that repeats: the window it was unrolled in
	// IDs are what the external ids of its records have after the path.
	IDs []string `json:"i,omitempty"`
}

// maxBookmark is how many bytes a checkpoint may unpack to.
const maxBookmark = 256 << 20

func readBookmark(c remote.Checkpoint) (*bookmark, error) {
	b := &bookmark{Shelfs: map[string]*shelf{}}
	if len(c) == 0 {
		return b, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(c))
	if err != nil {
		return b, fault.Wrap(fault.Internal, "read checkpoint", err)
	}
	read := &bookmark{}
	if err := json.NewDecoder(io.LimitReader(r, maxBookmark)).Decode(read); err != nil {
		return b, fault.Wrap(fault.Internal, "read checkpoint", err)
	}
	if read.Shelfs == nil {
		return b, nil
	}
	return read, nil
}

func (b *bookmark) encode() (remote.Checkpoint, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "write checkpoint", err)
	}
	if err := json.NewEncoder(w).Encode(b); err != nil {
		return nil, fault.Wrap(fault.Internal, "write checkpoint", err)
	}
	if err := w.Close(); err != nil {
		return nil, fault.Wrap(fault.Internal, "write checkpoint", err)
	}
	return out.Bytes(), nil
}

// of returns the shelf of a calendar, a new one when it is not known.
func (b *bookmark) of(path string) *shelf {
	sh := b.Shelfs[path]
	if sh == nil {
		sh = &shelf{Items: map[string]*item{}}
		b.Shelfs[path] = sh
	}
	if sh.Items == nil {
		sh.Items = map[string]*item{}
	}
	return sh
}

// anew begins a pass that reads everything. What is known stays, to tell which
// records an object no longer makes.
func (sh *shelf) anew() {
	sh.Token, sh.CTag, sh.Whole = "", "", false
	sh.Pass++
}

// end closes a pass. Objects that it did not meet are forgotten; their records
// are left to the census, because a list may have come back short.
func (sh *shelf) end(now int64) {
	if sh.Whole {
		return
	}
	sh.Whole, sh.Read = true, now
	for path, it := range sh.Items {
		if it.Pass != sh.Pass {
			delete(sh.Items, path)
		}
	}
}
