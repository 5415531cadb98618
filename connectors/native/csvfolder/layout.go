package csvfolder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// layoutOf reads what somebody has said about a table; nil when nobody has.
func layoutOf(settings map[string]string, k *kind) (*remote.Layout, error) {
	text := settings[layoutPrefix+k.name]
	if text == "" {
		return nil, nil //nolint:nilnil // nobody has said anything, which is no failure
	}
	var l remote.Layout
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return nil, fault.New(fault.Setup, "What was said about the columns of "+k.name+" cannot be read. Say it again, under Files.").Because("decode layout", err)
	}
	return &l, nil
}

// Explain implements remote.Tabular.
func (Connector) Explain(settings map[string]string, table string, l remote.Layout) (map[string]string, error) {
	k, err := kindOf(table)
	if err != nil {
		return nil, err
	}
	for name, column := range l.Columns {
		if column == (remote.LayoutColumn{}) || column.Header == "" && column.Fixed == "" {
			delete(l.Columns, name)
		}
	}
	if wrong := wrongLayout(k, l); len(wrong) > 0 {
		out := fault.New(fault.Invalid, "Please correct what is marked.")
		for name, problem := range wrong {
			out.Field(name, problem)
		}
		return nil, out
	}
	data, err := json.Marshal(l)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "encode layout", err)
	}
	out := maps.Clone(settings)
	if out == nil {
		out = map[string]string{}
	}
	out[layoutPrefix+k.name] = string(data)
	return out, nil
}

// wrongLayout says what is missing or cannot be, by field; about the file itself by
// "pattern", "encoding" and "separator".
func wrongLayout(k *kind, l remote.Layout) map[string]string {
	wrong := map[string]string{}
	if _, err := path.Match(l.Pattern, "x"); err != nil || l.Pattern == "" || len(l.Pattern) > 200 || strings.ContainsAny(l.Pattern, "/\\\x00") {
		wrong["pattern"] = "This is a file name; * stands for any characters, and there are no folders in it."
	}
	if !named(encodings, l.Encoding) {
		wrong["encoding"] = "Choose one."
	}
	if !named(separators, l.Separator) {
		wrong["separator"] = "Choose one."
	}
	for _, f := range k.fields {
		column, ok := l.Columns[f.Name]
		switch {
		case !ok && f.Required:
			wrong[f.Name] = "This is needed: choose a column."
		case !ok:
		case column.Fixed != "" && !f.Fixable:
			wrong[f.Name] = "This differs by row: choose a column."
		case column.Header != "" && !slices.Contains(l.Headers, column.Header):
			wrong[f.Name] = "The file has no such column."
		case column.Header != "" && len(f.Formats) > 0 && column.Format == "":
			wrong[f.Name] = "Say how it is written."
		case column.Header != "" && len(f.Formats) > 0 && !named(f.Formats, column.Format):
			wrong[f.Name] = "Choose one of the list."
		}
	}
	return wrong
}

func named(list []remote.TableFormat, name string) bool {
	return slices.ContainsFunc(list, func(f remote.TableFormat) bool { return f.Name == name })
}

// fingerprint changes with everything that a record is made by. What it was last
// accepted in is no part of that.
func fingerprint(l remote.Layout, zone string) string {
	l.Accepted, l.Headers = "", nil
	data, err := json.Marshal(struct {
		Layout remote.Layout
		Zone   string
	}{l, zone})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// zoneOf is where times without a zone are at home.
func zoneOf(settings map[string]string) (*time.Location, error) {
	name := settings[fieldZone]
	if name == "" {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fault.Newf(fault.Setup, "%q is no time zone. Name one like Europe/Berlin.", name).Because("load zone", err)
	}
	return zone, nil
}
