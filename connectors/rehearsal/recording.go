package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/connectors/tape"
	"portico/sync/fault"
	"portico/sync/remote"
)

// Take is what is recorded of a system.
type Take struct {
	Streams []string // none are all
	Pages   int      // of each stream at most; 0 is all of it
	Also    []string // members whose values are replaced beside those that are known
}

// Budget is what the manifest says that its system bears.
func Budget(m *manifest.Manifest, now func() time.Time) remote.Budget {
	return rest.NewBudget(engine.New(m).Limit(), now)
}

// errEnough ends a stream of which only the beginning is wanted.
var errEnough = errors.New("enough was recorded")

// beginning is an emitter that stops after some pages.
type beginning struct {
	most, pages, records int
}

// Page implements remote.Emitter.
func (b *beginning) Page(_ context.Context, p remote.Page) error {
	b.pages++
	b.records += len(p.Records)
	if b.most > 0 && b.pages >= b.most {
		return errEnough
	}
	return nil
}

// Progress implements remote.Emitter.
func (b *beginning) Progress(int, int) {}

// Complete implements remote.Emitter.
func (b *beginning) Complete(context.Context) error { return nil }

// Record pulls from the system that conn leads to and writes what it answered into
// the folder of the connector, cleaned, all or nothing. tell is told how it goes.
func Record(ctx context.Context, dir string, conn remote.Conn, secrets []string, take Take, tell func(string)) (*tape.Tape, error) {
	m, err := Load(dir)
	if err != nil {
		return nil, err
	}
	begun := conn.Now()
	recorder := tape.NewRecorder(conn.Transport, secrets)
	conn.Transport = recorder
	c := engine.New(m)
	report := c.Check(ctx, conn)
	for _, item := range report.Items {
		if !item.OK && !report.OK {
			return nil, fault.Newf(fault.Setup, "The system cannot be read: %s: %s", item.Name, item.Detail)
		}
	}
	if _, err := c.Discover(ctx, conn); err != nil {
		return nil, fault.At("read what is the tenant's own", err)
	}
	var partial []string
	for _, st := range c.Spec().Streams {
		if len(take.Streams) > 0 && !slices.Contains(take.Streams, st.Name) {
			partial = append(partial, st.Name)
			continue
		}
		b := &beginning{most: take.Pages}
		err := c.Pull(ctx, conn, remote.PullRequest{Stream: st.Name, Mode: remote.Changes}, b)
		switch {
		case errors.Is(err, errEnough):
			partial = append(partial, st.Name)
			tell(fmt.Sprintf("%s: %d records, the beginning", st.Name, b.records))
		case err != nil:
			return nil, fault.At("record "+st.Name, err)
		default:
			tell(fmt.Sprintf("%s: %d records", st.Name, b.records))
		}
	}
	return recorder.Write(dir, begun, conn.Settings, partial, take.Also)
}
