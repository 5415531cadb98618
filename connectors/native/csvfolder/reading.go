package csvfolder

import (
	"fmt"
	"strings"
	"time"

	"portico/sync/record"
	"portico/sync/remote"
)

// column is where a field stands in the rows of one file.
type column struct {
	at     int // index of the cell; -1 where fixed counts
	format string
	fixed  string
	header string
}

// plan is a layout brought together with the header of one file.
type plan struct {
	k       *kind
	columns map[string]column
	heads   []string
	width   int
	zone    *time.Location
	line    map[string]bool // fields of one line of a document
	lined   bool            // some of them have a column
}

// planOf finds every column that is meant. Those that are gone are returned, and
// nothing is read without them: another column may have taken the name's place.
func planOf(k *kind, l remote.Layout, heads []string, zone *time.Location) (*plan, []string) {
	p := &plan{k: k, columns: map[string]column{}, heads: heads, width: len(heads), zone: zone, line: map[string]bool{}}
	at := make(map[string]int, len(heads))
	for i, h := range heads {
		at[h] = i
	}
	var missing []string
	for _, f := range k.fields {
		c, ok := l.Columns[f.Name]
		if !ok {
			continue
		}
		if f.Line {
			p.line[f.Name], p.lined = true, true
		}
		if c.Header == "" {
			p.columns[f.Name] = column{at: -1, fixed: c.Fixed}
			continue
		}
		i, there := at[c.Header]
		if !there {
			missing = append(missing, c.Header)
			continue
		}
		p.columns[f.Name] = column{at: i, format: c.Format, header: c.Header}
	}
	return p, missing
}

// reading is one row being made into a record. The first thing that is wrong with it stays.
type reading struct {
	*plan

	row   row
	lines []row // of a document with several, this one among them
	files *folder
	bad   string
}

func (r *reading) fail(name string, err error) {
	if r.bad == "" {
		r.bad = fmt.Sprintf("column %s: %v.", r.columns[name].header, err)
	}
}

// cell is what stands in the row for a field, without the habits of spreadsheets.
func (r *reading) cell(of row, name string) string {
	c, ok := r.columns[name]
	if !ok {
		return ""
	}
	if c.at < 0 {
		return c.fixed
	}
	if c.at >= len(of.cells) {
		return ""
	}
	text := trim(of.cells[c.at])
	if strings.HasPrefix(text, "#") && broken.MatchString(text) {
		r.fail(name, fmt.Errorf("the spreadsheet had no value there, but %s", text))
		return ""
	}
	return text
}

func (r *reading) text(name string) string { return r.cell(r.row, name) }

// id is a text that names something. One that a spreadsheet has rounded names another thing.
func (r *reading) id(name string) string {
	text := r.text(name)
	if shortened.MatchString(text) {
		r.fail(name, fmt.Errorf("a spreadsheet has shortened the number to %s", text))
	}
	return text
}

// needed is a text without which there is no record.
func (r *reading) needed(name string) string {
	text := r.id(name)
	if text == "" && r.bad == "" {
		r.fail(name, fmt.Errorf("it is empty"))
	}
	return text
}

func (r *reading) amount(name string) record.Decimal { return r.amountOf(r.row, name) }

func (r *reading) amountOf(of row, name string) record.Decimal {
	text := r.cell(of, name)
	if text == "" {
		return ""
	}
	n, err := number(text, r.columns[name].format)
	if err != nil {
		r.fail(name, err)
	}
	return n
}

// day is a date: midnight UTC, whatever the clock beside it says.
func (r *reading) day(name string) time.Time {
	text := r.text(name)
	if text == "" || strings.HasPrefix(text, "0000-00-00") || strings.HasPrefix(text, "00.00.") {
		return time.Time{}
	}
	at, ofDay, err := moment(text, r.columns[name].format, r.zone)
	if err != nil {
		r.fail(name, err)
		return time.Time{}
	}
	if !ofDay {
		here := at.In(r.zone)
		return time.Date(here.Year(), here.Month(), here.Day(), 0, 0, 0, 0, time.UTC)
	}
	return at
}

// moment is a time; a day without one begins where the zone says.
func (r *reading) moment(name string) time.Time {
	at, ofDay := r.when(name)
	if ofDay {
		return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, r.zone).UTC()
	}
	return at
}

func (r *reading) when(name string) (time.Time, bool) {
	text := r.text(name)
	if text == "" || strings.HasPrefix(text, "0000-00-00") || strings.HasPrefix(text, "00.00.") {
		return time.Time{}, false
	}
	at, ofDay, err := moment(text, r.columns[name].format, r.zone)
	if err != nil {
		r.fail(name, err)
		return time.Time{}, false
	}
	return at, ofDay
}

func (r *reading) yes(name string) bool {
	on, err := yes(r.text(name))
	if err != nil {
		r.fail(name, err)
	}
	return on
}

func (r *reading) person(name string) record.Person {
	p := record.Person{Name: r.text(name + "_name"), Email: r.text(name + "_email")}
	if p.Email == "" && strings.Contains(p.Name, "@") && !strings.Contains(p.Name, " ") {
		p.Name, p.Email = "", p.Name
	}
	return p
}

// external is what the record of a row is called. Of a document, whose it is is part
// of that: the file behind an id can then never become another client's.
func (r *reading) external() string {
	key := r.needed("key")
	if r.k.kind == record.KindDocument && key != "" {
		return r.id("company") + "/" + key
	}
	return key
}

// gone reports whether the row says that the record is deleted.
func (r *reading) gone() bool { return r.yes("deleted") }

// record makes one of the row; bad is set when it cannot be.
func (r *reading) record() record.Record {
	out := record.Record{Kind: r.k.kind, External: r.external(), URL: r.text("url"), Created: r.moment("created"), Updated: r.moment("updated")}
	if r.k.kind == record.KindAccount {
		out.Company = out.External
	} else {
		out.Company = r.needed("company")
	}
	out.Body = r.k.build(r)
	if d, ok := out.Body.(record.Document); ok {
		out.Version = d.Hash // what was fetched before is not shown for another file
	}
	return out
}
