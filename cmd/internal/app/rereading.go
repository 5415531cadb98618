package app

import (
	"context"

	"portico/portal/admin/connections/reread"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/valid"
)

// rereader reads single records for an administrator.
type rereader struct{ carrier }

// Reread implements reread.Reading.
func (f rereader) Reread(ctx context.Context, s access.Scope, ref record.Ref) (reread.Result, error) {
	sys, err := f.on(ctx, s, ref.Connection)
	if err == nil {
		err = outward(ctx, sys)
	}
	if err == nil {
		err = f.pace(ctx, s)
	}
	if err != nil {
		return reread.Result{}, err
	}
	connector, conn, connection, err := sources{f.app, sys, f.app.log}.Open(ctx, ref.Connection)
	if err != nil {
		return reread.Result{}, err
	}
	if connection.Paused {
		return reread.Result{}, fault.New(fault.Conflict, "This connection is paused, so that nothing is read. Resume it first.")
	}
	reading, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	page, err := told(reading, connector, conn, ref)
	if err != nil {
		return reread.Result{}, err
	}
	out := reread.Result{Rejects: page.Rejects}
	var good []record.Record
	for _, r := range page.Records {
		if err := valid.Struct(r); err != nil {
			out.Rejects = append(out.Rejects, remote.Reject{Kind: r.Kind, External: r.External, Reason: fault.Public(err)})
			continue
		}
		out.Found = out.Found || r.Kind == ref.Kind && r.External == ref.External
		good = append(good, r)
	}
	if out.Was, err = sys.Kept(ctx, ref); err != nil {
		return out, err
	}
	if out.Counts, err = sys.Reread(ctx, ref, good); err != nil {
		return out, err
	}
	out.Waits = out.Counts.Unmatched > 0
	out.Is, err = sys.Kept(ctx, ref)
	return out, err
}

// told reads one record, with the reasons of a connector that tells them.
func told(ctx context.Context, connector remote.Connector, conn remote.Conn, ref record.Ref) (remote.Page, error) {
	if t, ok := connector.(remote.Teller); ok {
		return t.Tell(ctx, conn, ref)
	}
	records, err := connector.Read(ctx, conn, []record.Ref{ref})
	return remote.Page{Records: records}, err
}
