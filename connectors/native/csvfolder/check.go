package csvfolder

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Check implements remote.Connector.
func (c Connector) Check(ctx context.Context, conn remote.Conn) remote.Report {
	f, err := open(conn)
	if err == nil {
		defer f.close()
		_, err = zoneOf(conn.Settings)
	}
	var all remote.Tables
	if err == nil {
		all, err = c.Tables(ctx, conn)
	}
	if err != nil {
		return remote.Report{Items: []remote.ReportItem{{Name: "open the folder", Detail: sentence(err)}}}
	}
	n := len(all.Other)
	for _, t := range all.Known {
		n += len(t.Files)
	}
	report := remote.Report{OK: true, As: "the folder " + f.name, Items: []remote.ReportItem{{Name: "open the folder", OK: true, Detail: fmt.Sprintf("The folder %s can be read. It holds %s.", f.name, files(n))}}}
	explained := 0
	for _, t := range all.Known {
		if t.Layout == nil {
			continue
		}
		explained++
		item := tried(ctx, conn, t)
		report.OK = report.OK && item.OK
		report.Items = append(report.Items, item)
	}
	if explained == 0 {
		report.Items = append(report.Items, remote.ReportItem{Name: "columns", OK: true,
			Detail: "Nobody has said yet what the columns mean. That comes next, on the page Files of the connection; nothing is read before."})
	}
	report.Items = append(report.Items, remote.ReportItem{Name: "write", OK: true, Detail: "Nothing is ever written: clients cannot answer, close, pay or accept through this connection."})
	return report
}

func files(n int) string {
	if n == 1 {
		return "one file"
	}
	return fmt.Sprintf("%d files", n)
}

// tried reads the header and the first rows of a table.
func tried(ctx context.Context, conn remote.Conn, t remote.Table) remote.ReportItem {
	item := remote.ReportItem{Name: "read " + t.Name}
	if len(t.Files) == 0 {
		item.OK, item.Detail = true, fmt.Sprintf("No file called %s is there at the moment.", t.Layout.Pattern)
		return item
	}
	newest := t.Files[len(t.Files)-1]
	if newest.Waits != "" {
		item.OK, item.Detail = true, newest.Name+": "+newest.Waits
		return item
	}
	samples, err := preview(ctx, conn, t.Name, 20)
	if err != nil {
		item.Detail = sentence(err)
		return item
	}
	good := 0
	for _, s := range samples {
		if s.Reject == nil {
			good++
		}
	}
	item.OK, item.Detail = good > 0 || len(samples) == 0, fmt.Sprintf("%s of %s: %d of the first %d rows can be used.", newest.Name, newest.Written.Format("2006-01-02 15:04 MST"), good, len(samples))
	return item
}

// sentence is what an administrator reads about an error.
func sentence(err error) string {
	if say := fault.Public(err); say != "" {
		return say
	}
	return "This failed for a reason that has no words yet; the log has it."
}

// Tables implements remote.Tabular.
func (c Connector) Tables(_ context.Context, conn remote.Conn) (remote.Tables, error) {
	f, err := open(conn)
	if err != nil {
		return remote.Tables{}, err
	}
	defer f.close()
	all, err := f.list()
	if err != nil {
		return remote.Tables{}, err
	}
	var out remote.Tables
	taken := map[string]bool{}
	for _, k := range kinds {
		t := remote.Table{Name: k.name, Kind: k.kind}
		if t.Layout, err = layoutOf(conn.Settings, k); err != nil {
			t.Problem = sentence(err)
		}
		if t.Layout != nil {
			for _, one := range of(all, t.Layout.Pattern) {
				t.Files = append(t.Files, one.TableFile)
				taken[one.Name] = true
			}
		}
		out.Known = append(out.Known, t)
	}
	for _, one := range all {
		if !taken[one.Name] {
			out.Other = append(out.Other, one.TableFile)
		}
	}
	for i := range out.Known {
		if t := &out.Known[i]; t.Layout == nil {
			t.Suggested = likely(kinds[i], out.Other)
		}
	}
	return out, nil
}

// tabular are endings of files that may be tables.
var tabular = []string{".csv", ".txt", ".tsv", ".tab"}

// likely is the newest file whose name says that it is one of a kind.
func likely(k *kind, list []remote.TableFile) string {
	for _, f := range slices.Backward(list) {
		name := fold(f.Name)
		if slices.ContainsFunc(tabular, func(end string) bool { return strings.HasSuffix(strings.ToLower(f.Name), end) }) &&
			slices.ContainsFunc(k.files, func(word string) bool { return strings.Contains(name, word) }) {
			return f.Name
		}
	}
	return ""
}

// Limits of what is looked up for an administrator.
const (
	mostCompanies = 5000
	mostStatuses  = 200
	mostLooked    = 50_000
)

// Discover implements remote.Connector: companies by their names, and every status
// that stands in the files.
func (c Connector) Discover(ctx context.Context, conn remote.Conn) (remote.Catalog, error) {
	out := remote.Catalog{Statuses: map[record.Kind][]string{}}
	for _, k := range kinds {
		t, err := openTable(conn, k.name)
		if fault.Is(err, fault.Setup) {
			if l, _ := layoutOf(conn.Settings, k); l == nil {
				continue
			}
		}
		if err != nil {
			return out, err
		}
		err = t.discover(ctx, &out)
		t.close()
		if err != nil {
			return out, fault.At("discover "+k.name, err)
		}
	}
	return out, nil
}

func (t *table) discover(ctx context.Context, out *remote.Catalog) error {
	if len(t.files) == 0 || t.files[len(t.files)-1].Waits != "" {
		return nil
	}
	s, err := t.scan(ctx, t.files[len(t.files)-1])
	if err != nil {
		return err
	}
	defer s.close()
	seen := map[string]bool{}
	for s.groups < mostLooked {
		g, err := s.next()
		if err != nil || g.end {
			return err
		}
		if g.rows[0].bad != "" {
			continue
		}
		r := s.reading(g)
		if status := r.text("status"); status != "" && !seen[status] && len(seen) < mostStatuses {
			seen[status] = true
			out.Statuses[t.k.kind] = append(out.Statuses[t.k.kind], status)
		}
		if t.k.kind == record.KindAccount && g.twice == 0 && len(out.Companies) < mostCompanies {
			if key, name := r.external(), r.text("name"); key != "" && name != "" && r.bad == "" {
				out.Companies = append(out.Companies, remote.Company{Key: key, Name: name})
			}
		}
	}
	return nil
}

// Preview implements remote.Sampler. What nobody has explained shows nothing.
func (c Connector) Preview(ctx context.Context, conn remote.Conn, stream string, n int) ([]remote.Sample, error) {
	k, err := kindOf(stream)
	if err != nil {
		return nil, err
	}
	if l, err := layoutOf(conn.Settings, k); err != nil || l == nil {
		return nil, err
	}
	list, err := preview(ctx, conn, stream, n)
	return list, fault.At("preview "+stream, err)
}

func preview(ctx context.Context, conn remote.Conn, stream string, n int) ([]remote.Sample, error) {
	t, err := openTable(conn, stream)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if len(t.files) == 0 {
		return nil, nil
	}
	s, err := t.scan(ctx, t.files[len(t.files)-1])
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.samples(n)
}

// samples are the first records beside the cells that they are made of.
func (s *scan) samples(n int) ([]remote.Sample, error) {
	var out []remote.Sample
	for len(out) < n {
		g, err := s.next()
		if err != nil {
			return out, err
		}
		if g.end {
			break
		}
		var page remote.Page
		s.into(&page, g)
		sample := remote.Sample{Raw: s.raw(g), Kind: s.k.kind}
		if len(page.Records) > 0 {
			sample.Record = &page.Records[0]
		}
		if len(page.Rejects) > 0 {
			sample.Reject = &page.Rejects[0]
		}
		out = append(out, sample)
	}
	return out, nil
}

// raw is what stands in the rows, line by line.
func (s *scan) raw(g group) any {
	var out strings.Builder
	for i, of := range g.rows {
		if i == 20 {
			fmt.Fprintf(&out, "… %d more lines", len(g.rows)-i)
			break
		}
		fmt.Fprintf(&out, "line %d\n", of.line)
		for at, name := range s.heads {
			if at < len(of.cells) && trim(of.cells[at]) != "" {
				fmt.Fprintf(&out, "  %s: %s\n", name, clip(of.cells[at], 300))
			}
		}
	}
	return out.String()
}
