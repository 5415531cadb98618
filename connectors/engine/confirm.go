package engine

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Probe implements remote.Connector.
func (c *Connector) Probe(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	w, err := c.write(ctx, conn, a)
	if err != nil {
		return unknown(err)
	}
	p := w.spec.Probe
	if p == nil {
		return w.look(ctx)
	}
	if err := w.knows(ctx); err != nil {
		return unknown(err)
	}
	got, err := w.get(ctx, &p.Request, w.env, nil)
	if p.Absent && fault.Is(err, fault.NotFound) {
		return remote.Outcome{Verdict: remote.Retry}
	}
	if err != nil {
		return unknown(err)
	}
	env := with(w.env, got.env())
	done, err := p.Done.Bool(env)
	if err != nil {
		return unknown(err)
	}
	if !done {
		return remote.Outcome{Verdict: remote.Retry}
	}
	reference, err := p.Reference.Text(env)
	if err != nil {
		return unknown(err)
	}
	return remote.Outcome{Verdict: remote.Done, Reference: reference}
}

// Confirm implements remote.Connector.
func (c *Connector) Confirm(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	w, err := c.write(ctx, conn, a)
	if err != nil {
		return unknown(err)
	}
	return w.look(ctx)
}

func unknown(err error) remote.Outcome {
	return remote.Outcome{Verdict: remote.Unknown, Reason: fault.Public(err), Cause: err, After: fault.RetryAfter(err)}
}

// look reads the target again, the way a pull does, and tests what came.
func (w *write) look(ctx context.Context) remote.Outcome {
	if err := w.identify(ctx); err != nil {
		return unknown(err)
	}
	w.env["me"] = w.me
	if err := w.knows(ctx); err != nil {
		return unknown(err)
	}
	id := w.a.External
	if w.spec.Confirm.ID.Set() {
		var err error
		if id, err = w.spec.Confirm.ID.Text(w.env); err != nil {
			return unknown(err)
		}
	}
	if id == "" {
		return remote.Outcome{Verdict: remote.Retry, Cause: fmt.Errorf("the effect has no reference to read back by")}
	}
	streams := w.spec.Confirm.Streams
	page, err := w.again(ctx, streams[0], []string{id}, streams)
	if err != nil {
		return unknown(err)
	}
	return w.judged(page.Records)
}

func (w *write) judged(records []record.Record) remote.Outcome {
	out := remote.Outcome{Verdict: remote.Retry, Records: records}
	plain, err := plainRecords(records)
	if err != nil {
		return unknown(err)
	}
	w.env["records"] = plain
	holds, err := w.spec.Confirm.Holds.Bool(w.env)
	if err != nil {
		return unknown(err)
	}
	if !holds {
		return out
	}
	out.Verdict, out.Reference = remote.Done, w.a.Reference
	if reference, err := w.spec.Confirm.Reference.Text(w.env); err == nil && reference != "" {
		out.Reference = reference
	}
	return out
}

// plainRecords gives predicates the body's fields beside kind, external,
// version, company and parent.
func plainRecords(records []record.Record) ([]any, error) {
	out := make([]any, len(records))
	for i, r := range records {
		data, err := json.Marshal(r.Body)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "read record", err)
		}
		fields := map[string]any{}
		if err := json.Unmarshal(data, &fields); err != nil {
			return nil, fault.Wrap(fault.Internal, "read record", err)
		}
		fields["kind"], fields["external"], fields["version"] = string(r.Kind), r.External, r.Version
		fields["company"], fields["parent"] = r.Company, r.Parent
		out[i] = fields
	}
	return out, nil
}

// described is what a request may say of the action's files without their bytes.
func described(files []action.File) []any {
	out := make([]any, len(files))
	for i, f := range files {
		out[i] = map[string]any{"name": f.Name, "type": f.ContentType, "size": int(f.Size), "base64": ""}
	}
	return out
}

// files reads the action's files, for requests that carry them inside JSON.
func (w *write) files(ctx context.Context) ([]any, error) {
	out := described(w.a.Input.Files)
	for i, f := range w.a.Input.Files {
		data, err := w.file(ctx, f)
		if err != nil {
			return nil, fault.At("read file "+f.ID, err)
		}
		out[i].(map[string]any)["base64"] = base64.StdEncoding.EncodeToString(data)
	}
	return out, nil
}

func (w *write) file(ctx context.Context, f action.File) ([]byte, error) {
	r, err := w.conn.File(ctx, f.ID)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, action.MaxFile+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Unavailable, "read", err)
	case len(data) > action.MaxFile:
		return nil, fault.Newf(fault.TooLarge, "A file is larger than %d MB.", action.MaxFile>>20)
	}
	return data, nil
}
