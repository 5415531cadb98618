package tryton

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Read implements remote.Connector. The printed form of an invoice comes with it.
func (c *Connector) Read(ctx context.Context, conn remote.Conn, refs []record.Ref) ([]record.Record, error) {
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return nil, err
	}
	wanted := map[*stream][]int64{}
	for _, ref := range refs {
		id, err := strconv.ParseInt(ref.External, 10, 64)
		i := slices.IndexFunc(streams, func(st *stream) bool { return slices.Contains(st.spec.Kinds, ref.Kind) })
		if i < 0 {
			return nil, fault.Newf(fault.Internal, "Tryton has no %s to read.", ref.Kind)
		}
		if err == nil {
			wanted[streams[i]] = append(wanted[streams[i]], id)
		}
	}
	var out []record.Record
	for _, st := range streams {
		if len(wanted[st]) == 0 {
			continue
		}
		records, err := s.again(ctx, st, wanted[st])
		if err != nil {
			return nil, fault.At("read again", err)
		}
		out = append(out, records...)
	}
	return out, nil
}

// again reads single rows of a stream.
func (s *session) again(ctx context.Context, st *stream, ids []int64) ([]record.Record, error) {
	var err error
	if s.who, err = s.door.enter(ctx, s); err != nil {
		return nil, err
	}
	q := st.query(s, false)
	q.domain = append(slices.Clone(q.domain), among(ids))
	var out remote.Page
	err = s.each(ctx, q, 0, func(page rowsPage) error {
		for i, raw := range page.rows {
			st.into(s, read(raw), page.ids[i], &out)
		}
		return nil
	})
	return out.Records, err
}

// Preview implements remote.Sampler: raw beside normalized. Nothing is stored.
func (c *Connector) Preview(ctx context.Context, conn remote.Conn, name string, n int) ([]remote.Sample, error) {
	st, err := streamOf(name)
	if err != nil {
		return nil, err
	}
	s, err := c.open(conn, remote.Background)
	if err != nil {
		return nil, err
	}
	if s.who, err = s.door.enter(ctx, s); err != nil {
		return nil, err
	}
	page, err := s.page(ctx, st.query(s, false), 0)
	if r, ok := refused(err); ok && r.missing() && st.needs != "" {
		return nil, nil
	}
	if err != nil {
		return nil, fault.At("preview "+name, err)
	}
	var out []remote.Sample
	for i, raw := range page.rows[:min(len(page.rows), n)] {
		var plain any
		if err := json.Unmarshal(raw, &plain); err != nil {
			return nil, broken("preview "+name, fmt.Errorf("row %d: %w", i, err))
		}
		out = append(out, st.samples(s, raw, page.ids[i], plain)...)
	}
	return out, nil
}

func (st *stream) samples(s *session, raw json.RawMessage, id int64, plain any) []remote.Sample {
	var made remote.Page
	st.into(s, read(raw), id, &made)
	var out []remote.Sample
	for i := range made.Records {
		out = append(out, remote.Sample{Raw: plain, Kind: made.Records[i].Kind, Record: &made.Records[i]})
	}
	for i := range made.Rejects {
		out = append(out, remote.Sample{Raw: plain, Kind: made.Rejects[i].Kind, Reject: &made.Rejects[i]})
	}
	if len(out) == 0 {
		out = append(out, remote.Sample{Raw: plain, Kind: st.spec.Kinds[0]})
	}
	return out
}
