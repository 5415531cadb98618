package tryton

import (
	"context"
	"slices"
	"strconv"
	"time"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// stream is one kind of thing that is pulled. Every record of a row has the id of
// the row as its external id.
type stream struct {
	spec   remote.Stream
	model  string
	needs  string // the module that has the model, when Tryton can do without it; "" otherwise
	domain func(s *session) []any
	// gone widens the domain by rows that were ours once and must be taken away.
	gone    func(s *session) []any
	fields  []string
	related []string // paths, with a point at their end, of rows whose changes change the record
	context map[string]any
	// kinds says what is there of a row; none when it is no longer, or not yet, ours.
	kinds func(r *reading) []record.Kind
	// marks are the fields that kinds reads.
	marks []string
	build func(s *session, r *reading, kind record.Kind) record.Record
}

var streams = []*stream{parties, contacts, invoices, payments, subscriptions, devices}

func streamOf(name string) (*stream, error) {
	for _, st := range streams {
		if st.spec.Name == name {
			return st, nil
		}
	}
	return nil, fault.Newf(fault.Internal, "Tryton has no stream %q.", name)
}

func (st *stream) query(s *session, wide bool) query {
	domain := st.domain(s)
	if wide && st.gone != nil {
		domain = st.gone(s)
	}
	fields := append([]string{"write_date", "create_date"}, st.fields...)
	for _, path := range st.related {
		fields = append(fields, path+"write_date", path+"create_date")
	}
	return query{model: st.model, domain: domain, fields: fields, context: st.context}
}

// Pull implements remote.Connector.
func (c *Connector) Pull(ctx context.Context, conn remote.Conn, req remote.PullRequest, emit remote.Emitter) error {
	st, err := streamOf(req.Stream)
	if err != nil {
		return err
	}
	s, err := c.open(conn, remote.Background)
	if err != nil {
		return err
	}
	if s.who, err = s.door.enter(ctx, s); err != nil {
		return err
	}
	p := &puller{s: s, st: st, mode: req.Mode, emit: emit}
	if p.mark, err = readBookmark(req.Checkpoint); err != nil {
		conn.Log.WarnContext(ctx, "checkpoint is not readable; the stream starts anew", "stream", req.Stream, "error", err)
		p.mark = bookmark{}
	}
	if st.needs != "" {
		there, err := s.has(ctx, st)
		if err != nil {
			return fault.At("pull "+req.Stream, err)
		}
		if !there && !p.mark.High.IsZero() {
			return fault.Newf(fault.Setup, "Tryton's module %s is no longer active; activate it again.", st.needs)
		}
		if !there { // nothing of the kind exists, and that is whole
			return emit.Complete(ctx)
		}
	}
	if req.Mode == remote.Census {
		err = p.census(ctx, req.Checkpoint)
	} else {
		err = p.run(ctx)
	}
	if err != nil {
		return fault.At("pull "+req.Stream, err)
	}
	return emit.Complete(ctx)
}

// has reports whether Tryton has what a stream asks for. It is asked at each pull,
// because a module can be activated at any time.
func (s *session) has(ctx context.Context, st *stream) (bool, error) {
	_, err := s.count(ctx, query{model: st.model, domain: append([]any{among([]int64{0})}, st.domain(s)...)}, 0)
	if r, ok := refused(err); ok && r.missing() {
		return false, nil
	}
	return err == nil, err
}

// puller runs one pull of one stream.
type puller struct {
	s    *session
	st   *stream
	mode remote.PullMode
	emit remote.Emitter
	mark bookmark
	done int
}

func (p *puller) run(ctx context.Context) error {
	now, err := p.s.now(ctx)
	if err != nil {
		return err
	}
	pass := p.mark.begin(p.mode, now)
	fresh := p.mode == remote.Changes && pass.Since.IsZero()
	q := p.st.query(p.s, !fresh)
	if !pass.Since.IsZero() {
		q.domain = append(slices.Clone(q.domain), since(pass.Since, p.st.related))
	}
	total, err := p.s.count(ctx, q, pass.At)
	if err != nil {
		return err
	}
	return p.s.each(ctx, q, pass.At, func(page rowsPage) error {
		var out remote.Page
		for i, raw := range page.rows {
			r := read(raw)
			p.st.into(p.s, r, page.ids[i], &out)
			pass.observe(r, p.st.related)
		}
		p.mark.advance(pass, page)
		if out.Next, err = p.mark.encode(); err != nil {
			return err
		}
		if err := p.emit.Page(ctx, out); err != nil {
			return err
		}
		p.done += len(page.rows)
		p.emit.Progress(p.done, max(total, p.done))
		return nil
	})
}

// census lists which records exist. Its checkpoint is the one that it was given.
func (p *puller) census(ctx context.Context, given remote.Checkpoint) error {
	q := p.st.query(p.s, false)
	q.fields = append([]string{"write_date"}, p.st.marks...)
	return p.s.each(ctx, q, 0, func(page rowsPage) error {
		out := remote.Page{Seen: map[record.Kind][]string{}, Next: given}
		for _, kind := range p.st.spec.Kinds {
			out.Seen[kind] = []string{}
		}
		for i, raw := range page.rows {
			r := read(raw)
			kinds := p.st.kinds(r)
			if *r.err != nil {
				kinds = p.st.spec.Kinds // unreadable is not gone
			}
			for _, kind := range kinds {
				out.Seen[kind] = append(out.Seen[kind], strconv.FormatInt(page.ids[i], 10))
			}
		}
		if err := p.emit.Page(ctx, out); err != nil {
			return err
		}
		p.done += len(page.rows)
		p.emit.Progress(p.done, -1)
		return nil
	})
}

// into adds what comes of a row to a page: its records, or that they are gone.
func (st *stream) into(s *session, r *reading, id int64, out *remote.Page) {
	external := strconv.FormatInt(id, 10)
	kinds := st.kinds(r)
	if *r.err == nil && len(kinds) == 0 {
		for _, kind := range st.spec.Kinds {
			out.Deleted = append(out.Deleted, record.Ref{Connection: s.conn.ID, Kind: kind, External: external})
		}
		return
	}
	var records []record.Record
	for _, kind := range kinds {
		rec := st.build(s, r, kind)
		rec.Kind, rec.External = kind, external
		rec.Created = r.moment("create_date").Truncate(time.Second)
		rec.Updated, rec.Version = changed(r)
		records = append(records, rec)
	}
	if *r.err != nil {
		out.Rejects = append(out.Rejects, remote.Reject{Kind: st.spec.Kinds[0], External: external, Reason: clip(clean((*r.err).Error()), 500)})
		return
	}
	out.Records = append(out.Records, records...)
}

// changed is when a row was changed last, and that time as a version.
func changed(r *reading) (time.Time, string) {
	at := r.moment("write_date")
	if at.IsZero() {
		at = r.moment("create_date")
	}
	if at.IsZero() {
		return at, ""
	}
	return at.Truncate(time.Second), at.Format(time.RFC3339Nano)
}
