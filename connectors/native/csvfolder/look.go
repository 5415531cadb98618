package csvfolder

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"portico/sync/fault"
	"portico/sync/remote"
)

// What one look shows, and how many rows it judges by.
const (
	rowsShown   = 5
	rowsJudged  = 2000
	samplesMost = 5
)

// Look implements remote.Tabular.
func (c Connector) Look(ctx context.Context, conn remote.Conn, table string, given *remote.Layout) (remote.TableLook, error) {
	k, err := kindOf(table)
	if err != nil {
		return remote.TableLook{}, err
	}
	out := remote.TableLook{Table: remote.Table{Name: k.name, Kind: k.kind}, Encodings: encodings, Separators: separators, Unsure: map[string]string{}, Wrong: map[string]string{}}
	for _, f := range k.fields {
		out.Fields = append(out.Fields, f.TableField)
	}
	kept, err := layoutOf(conn.Settings, k)
	if err != nil {
		out.Problem = sentence(err)
	}
	out.Table.Layout = kept
	l := cmp.Or(given, kept, &remote.Layout{})
	out.Layout = *l
	out.Layout.Columns = maps.Clone(l.Columns)
	f, err := open(conn)
	if err != nil {
		return out, err
	}
	defer f.close()
	all, err := f.list()
	if err != nil {
		return out, err
	}
	if out.Layout.Pattern == "" {
		others := make([]remote.TableFile, len(all))
		for i, one := range all {
			others[i] = one.TableFile
		}
		out.Layout.Pattern = patternOf(cmp.Or(likely(k, others), k.name+".csv"))
	}
	list := of(all, out.Layout.Pattern)
	for _, one := range list {
		out.Table.Files = append(out.Table.Files, one.TableFile)
	}
	if len(list) == 0 {
		return out, nil
	}
	out.File = list[len(list)-1].TableFile
	return out, f.lookInto(ctx, conn, k, list[len(list)-1], given == nil && kept == nil, &out)
}

var dated = regexp.MustCompile(`[0-9][0-9_.\-]{3,}[0-9]`)

// patternOf makes a pattern of a name: dates and numbers in it differ by file.
func patternOf(name string) string {
	end := path.Ext(name)
	name = strings.NewReplacer("[", "?", "*", "?", `\`, "?").Replace(strings.TrimSuffix(name, end))
	return dated.ReplaceAllString(name, "*") + end
}

// lookInto reads the beginning of a file: first how it is written, then as it was explained.
func (f *folder) lookInto(ctx context.Context, conn remote.Conn, k *kind, one file, fresh bool, out *remote.TableLook) error {
	head, err := f.beginning(one.Name)
	if err != nil {
		return err
	}
	l := &out.Layout
	if l.Encoding == "" {
		l.Encoding = encodingOf(head)
	}
	if l.Separator == "" {
		l.Separator = divided(ctx, head, l.Encoding)
	}
	if l.Separator == "" {
		out.Wrong["separator"] = "It cannot be told what stands between the columns. Choose."
		return nil
	}
	if !named(encodings, l.Encoding) || !named(separators, l.Separator) {
		maps.Copy(out.Wrong, wrongLayout(k, *l))
		return nil
	}
	s := newRows(decoded(ctx, bytes.NewReader(head), l.Encoding), signs[l.Separator])
	first, err := s.next()
	if errors.Is(err, io.EOF) {
		out.Problem = "The file is empty."
		return nil
	}
	if err != nil || first.bad != "" {
		out.Problem = cmp.Or(first.bad, fault.Public(err))
		return nil
	}
	out.Headers = headers(first.cells)
	rows := judged(s)
	out.Rows = rows[:min(len(rows), rowsShown)]
	if l.Columns == nil {
		l.Columns = map[string]remote.LayoutColumn{}
	}
	if fresh {
		l.Columns = suggested(k, out.Headers)
	}
	compare(k, out)
	out.Unsure = guess(k, l, func(header string) []string { return valuesOf(rows, slices.Index(out.Headers, header)) })
	explained := *l
	explained.Headers = out.Headers
	if !fresh {
		maps.Copy(out.Wrong, wrongLayout(k, explained))
	}
	if len(wrongLayout(k, explained)) > 0 {
		return nil
	}
	out.Samples, err = sampled(ctx, conn, k, explained, one)
	if err != nil {
		out.Problem = sentence(err)
	}
	return nil
}

// compare finds what changed since somebody looked: columns that are new, and those
// that are meant and gone.
func compare(k *kind, out *remote.TableLook) {
	kept := out.Table.Layout
	if kept == nil {
		return
	}
	for _, h := range out.Headers {
		if !slices.Contains(kept.Headers, h) {
			out.New = append(out.New, h)
		}
	}
	for _, f := range k.fields {
		if c, ok := kept.Columns[f.Name]; ok && c.Header != "" && !slices.Contains(out.Headers, c.Header) {
			out.Missing = append(out.Missing, c.Header)
		}
	}
}

// beginning is the first piece of a file.
func (f *folder) beginning(name string) ([]byte, error) {
	opened, _, err := f.read(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	head, err := io.ReadAll(io.LimitReader(opened, 4*sniffed))
	if err != nil {
		return nil, unreadable(name, err)
	}
	return head, nil
}

// divided finds the separator by which the first rows have the same number of columns,
// and most of them; "" when nothing divides them.
func divided(ctx context.Context, head []byte, encoding string) string {
	best, most := "", 1
	for _, name := range []string{"semicolon", "tab", "comma", "pipe"} {
		s := newRows(decoded(ctx, bytes.NewReader(head), encoding), signs[name])
		if s.sep != signs[name] {
			return separatorOf(s.sep)
		}
		first, err := s.next()
		if err != nil || first.bad != "" {
			continue
		}
		width, odd := len(first.cells), 0
		for range 50 {
			more, err := s.next()
			if err != nil {
				break
			}
			if n := len(more.cells); n > width || n == 1 && width > 1 {
				odd++
			}
		}
		if odd <= 1 && width > most {
			best, most = name, width
		}
	}
	if best == "" && !bytes.ContainsAny(head[:min(len(head), 4096)], ";\t|,") {
		return "comma" // there is one column only
	}
	return best
}

// judged are the first rows; what follows a piece's end is not looked at.
func judged(s *rows) [][]string {
	var out [][]string
	for len(out) < rowsJudged {
		r, err := s.next()
		if err != nil || r.open {
			break
		}
		if r.bad == "" {
			out = append(out, r.cells)
		}
	}
	return out
}

func valuesOf(rows [][]string, at int) []string {
	var out []string
	for _, cells := range rows {
		if at >= 0 && at < len(cells) {
			out = append(out, trim(cells[at]))
		}
	}
	return out
}

// sampled reads the first records of one file as they would be by a layout.
func sampled(ctx context.Context, conn remote.Conn, k *kind, l remote.Layout, one file) ([]remote.Sample, error) {
	t, err := openWith(conn, k, l)
	if err != nil {
		return nil, err
	}
	defer t.close()
	s, err := t.scan(ctx, one)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.samples(samplesMost)
}
