package store

import (
	"crypto/sha256"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-json"

	"portico/sync/fault"
	"portico/sync/record"
)

// item is a record made ready outside the transaction, so that the one writer
// is held for writing only.
type item struct {
	record.Record
	body   []byte
	custom []byte // see record.EncodeCustom; nil for none
	hash   []byte // of everything that is stored; equal means nothing to write
}

func encode(records []record.Record) ([]item, error) {
	items := make([]item, 0, len(records))
	at := make(map[record.Ref]int, len(records))
	for _, r := range records {
		r.External, r.Parent, r.Company = plain(r.External), plain(r.Parent), plain(r.Company)
		r.Version, r.URL = plain(r.Version), plain(r.URL)
		it, err := newItem(r)
		if err != nil {
			return nil, err
		}
		// A source that repeats a record within one page means its last word.
		ref := record.Ref{Kind: r.Kind, External: r.External}
		if i, ok := at[ref]; ok {
			items[i] = it
			continue
		}
		at[ref] = len(items)
		items = append(items, it)
	}
	return items, nil
}

// plain drops what no database holds as text: NUL, and bytes that are not UTF-8,
// one of which parts the columns of what is read.
// Keys pass it where they come in, so that one thing never has two spellings.
func plain(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

func newItem(r record.Record) (item, error) {
	body, err := json.MarshalWithOption(r.Body, json.DisableHTMLEscape())
	if err != nil {
		return item{}, fault.Wrap(fault.Internal, "encode "+string(r.Kind)+" "+r.External, err)
	}
	h := sha256.New()
	for _, part := range []string{string(r.Kind), r.External, r.Version, r.Company, string(r.ParentKind), r.Parent, r.URL,
		r.Created.UTC().Format(layout), r.Updated.UTC().Format(layout)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(body)
	it := item{Record: r, body: body, hash: h.Sum(nil)[:bodyHash]}
	if len(r.Custom) > 0 {
		it.custom = record.EncodeCustom(r.Custom)
		sum := sha256.Sum256(it.custom)
		it.hash = append(it.hash[:bodyHash:bodyHash], sum[:8]...)
	}
	return it, nil
}
