package csvfolder

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"slices"
	"strings"
	"time"

	"portico/sync/record"
)

func account(r *reading) record.Body {
	return record.Account{Name: r.needed("name"), Branch: r.id("branch_of"), TaxID: r.text("tax_id"), Domains: domains(r.text("domains"))}
}

// domains are what stands behind the @ or the www of each entry.
func domains(text string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c == ' ' || c == ',' || c == ';' || c == '|' }) {
		part = strings.TrimPrefix(strings.TrimPrefix(part, "https://"), "http://")
		part, _, _ = strings.Cut(strings.TrimPrefix(part, "www."), "/")
		part = part[strings.LastIndexByte(part, '@')+1:]
		if strings.Contains(part, ".") && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

func contact(r *reading) record.Body {
	return record.Contact{Name: r.needed("name"), Email: r.text("email"), Phone: r.text("phone"), Disabled: r.yes("disabled")}
}

func ticket(r *reading) record.Body {
	return record.Ticket{Number: cmp.Or(r.id("number"), r.id("key")), Subject: r.needed("subject"), Status: r.needed("status"), Priority: r.text("priority"),
		Queue: r.text("queue"), Requester: r.person("requester"), Assignee: r.person("assignee"), Due: r.moment("due"), Resolved: r.moment("resolved")}
}

func asset(r *reading) record.Body {
	return record.Asset{Name: r.needed("name"), Tag: r.id("tag"), Model: r.text("model"), Serial: r.id("serial"), Category: r.text("category"),
		Status: r.text("status"), Location: r.text("location"), HeldBy: r.person("held_by"), WarrantyUntil: r.day("warranty_until")}
}

func invoice(r *reading) record.Body {
	return record.Invoice{Number: cmp.Or(r.id("number"), r.id("key")), Credit: r.yes("credit"), Title: r.text("title"), Status: r.text("status"),
		Currency: r.currency(), Net: r.amount("net"), Tax: r.amount("tax"), Total: r.total("total"), Balance: r.amount("balance"),
		Reference: r.text("reference"), Issued: r.day("issued"), Due: r.day("due"), Contract: r.id("contract"), Lines: r.positions()}
}

func quote(r *reading) record.Body {
	return record.Quote{Number: cmp.Or(r.id("number"), r.id("key")), Title: r.text("title"), Status: r.text("status"), Currency: r.currency(),
		Net: r.amount("net"), Tax: r.amount("tax"), Total: r.total("total"), Issued: r.day("issued"), ValidUntil: r.day("valid_until"), Lines: r.positions()}
}

func payment(r *reading) record.Body {
	p := record.Payment{Reference: r.text("reference"), Status: r.text("status"), Method: r.text("method"), Currency: r.currency(),
		Amount: r.total("amount"), Paid: r.day("paid")}
	if of := r.id("invoice"); of != "" {
		p.Applied = []record.Applied{{Invoice: of, Amount: p.Amount}}
	}
	return p
}

// currency is a code; the signs that are everywhere the same are understood.
func (r *reading) currency() string {
	switch text := strings.ToUpper(r.needed("currency")); text {
	case "€":
		return "EUR"
	case "£":
		return "GBP"
	default:
		return text
	}
}

func (r *reading) total(name string) record.Decimal {
	if n := r.amount(name); n != "" {
		return n
	}
	r.fail(name, errors.New("it is empty"))
	return ""
}

// positions are the lines of a document, in the order of the file. A row without any
// of their fields is no line.
func (r *reading) positions() []record.Line {
	var out []record.Line
	for _, of := range r.lines {
		l := record.Line{Text: r.cell(of, "line_text"), Quantity: r.amountOf(of, "line_quantity"), Unit: r.cell(of, "line_unit"), Price: r.amountOf(of, "line_price"),
			Net: r.amountOf(of, "line_net"), Tax: r.amountOf(of, "line_tax"), TaxName: r.cell(of, "line_tax_name")}
		if l != (record.Line{}) {
			out = append(out, l)
		}
	}
	return out
}

func contract(r *reading) record.Body {
	c := record.Contract{Number: r.id("number"), Name: r.needed("name"), Type: r.text("type"), Status: r.text("status"), Terms: r.text("terms"),
		Value: r.amount("value"), Period: r.text("period"), Included: r.amount("included"), Used: r.amount("used"), Unit: r.text("unit"),
		Start: r.day("start"), End: r.day("end"), Renewal: r.day("renewal"), Notice: r.day("notice")}
	if c.Value != "" && r.text("currency") != "" {
		c.Currency = r.currency()
	}
	return c
}

func project(r *reading) record.Body {
	return record.Project{Number: r.id("number"), Name: r.needed("name"), Status: r.text("status"), Text: r.text("text"), Manager: r.person("manager"),
		Start: r.day("start"), Due: r.day("due"), Done: r.amount("done")}
}

// document is a file that lies in the folder, or below it. One that is not there is no document.
func document(r *reading) record.Body {
	name := r.path()
	d := record.Document{Name: cmp.Or(r.text("name"), path.Base(name)), Folder: strings.Trim(strings.ReplaceAll(r.text("folder"), `\`, "/"), "/"),
		ContentType: mime.TypeByExtension(path.Ext(name)), Revision: r.text("revision"), Project: r.id("project"), Author: r.person("author")}
	if r.bad != "" {
		return d
	}
	info, err := r.files.root.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		r.fail("file", fmt.Errorf("%q is no file of the folder", clip(name, 120)))
		return d
	}
	d.Size, d.Hash = info.Size(), markOf(name, info)
	return d
}

// path is the file of a document below the folder.
func (r *reading) path() string {
	name := strings.ReplaceAll(r.needed("file"), `\`, "/")
	name = strings.TrimPrefix(name, "./")
	if r.bad == "" && !fs.ValidPath(name) {
		r.fail("file", fmt.Errorf("%q is no file below the folder", clip(name, 120)))
	}
	return name
}

// event is a span of time. Its last day, written without a time, is a day of it.
func event(r *reading) record.Body {
	e := record.Event{Title: r.needed("title"), Text: r.text("text"), Type: r.text("type"), Status: r.text("status"), Location: r.text("location"), Zone: r.zone.String()}
	start, whole := r.when("start")
	end, ofDay := r.when("end")
	if start.IsZero() && r.bad == "" {
		r.fail("start", errors.New("it is empty"))
	}
	e.Start, e.End, e.AllDay = start, end, whole
	if ofDay {
		e.End = end.AddDate(0, 0, 1)
	}
	if !whole && ofDay {
		e.End = time.Date(end.Year(), end.Month(), end.Day()+1, 0, 0, 0, 0, r.zone).UTC()
	}
	if !e.End.IsZero() && e.End.Before(e.Start) && r.bad == "" {
		r.fail("end", errors.New("it ends before it begins"))
	}
	return e
}
