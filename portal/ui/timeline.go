package ui

import (
	"time"

	"portico/sync/record"
)

// Entry is one line of a timeline: somebody spoke, or something happened.
type Entry struct {
	ID    string // of its place in the page
	At    time.Time
	Event bool
	Icon  Icon   // of an event
	Name  string // who spoke
	Us    bool   // they work for the provider
	Org   string // whom they speak for, or ""
	Via   string // a note on the way it took, or ""
	Text  string // of an event
	Raw   string // the source's own value, shown as evidence
	Link  string // address of the record that the event is about, or ""
	Title string // of that record
	Files []record.File
	body  body
}

// Timeline is the history of a record.
type Timeline struct {
	Entries []Entry
	Files   string // address that a file's id is put behind
}

// Author is who really wrote what our own user sent to the source.
type Author struct {
	Ref  string // action.Action.Ref
	Name string
}

// NewTimeline puts entries in words. The given order is kept; newest turns it round.
func NewTimeline(c *Chrome, entries []record.Entry, authors []Author, files string, newest bool) Timeline {
	t := Timeline{Files: files, Entries: make([]Entry, 0, len(entries))}
	for i := range entries {
		e := entries[i]
		if newest {
			e = entries[len(entries)-1-i]
		}
		t.Entries = append(t.Entries, newEntry(c, e, authors))
	}
	return t
}

func newEntry(c *Chrome, e record.Entry, authors []Author) Entry {
	out := Entry{ID: "entry-" + e.ID.String(), At: e.At, Files: e.Files}
	if e.Comment.Type == record.CommentEvent {
		return newEvent(c, e, out)
	}
	out.Name, out.body = e.Comment.Author.Display(), newBody(e.Comment.HTML, e.Comment.Text)
	if staff := e.Comment.Staff; staff != nil {
		out.Us, out.Org = *staff, c.Account.Name
		if out.Us {
			out.Org = c.Provider.Name
		}
	}
	if ref := e.Comment.ActionRef; ref != "" {
		out.Us, out.Org, out.Via = false, c.Account.Name, c.T("timeline.via")
		for _, a := range authors {
			if a.Ref == ref {
				out.Name = a.Name
			}
		}
	}
	if out.Name == "" {
		out.Name = c.T("timeline.unknown")
	}
	return out
}

func newEvent(c *Chrome, e record.Entry, out Entry) Entry {
	out.Event, out.Icon = true, IconEvent
	switch {
	case !e.Linked.IsZero():
		out.Icon, out.Text, out.Title = IconAssets, c.T("timeline.linked"), e.LinkedTitle
		out.Link = AccountPath(c.Account.ID) + "assets/" + e.Linked.String()
	case e.Comment.Field == "status" && e.Comment.New != "":
		out.Text, out.Raw = c.T("timeline.status", e.Stamp.System), e.Comment.New
		if e.Comment.Old != "" {
			out.Raw = e.Comment.Old + " → " + e.Comment.New
		}
	case e.Comment.Text != "":
		out.Text, out.Icon = e.Comment.Text, IconInfo
	case e.Comment.Field != "":
		out.Text, out.Raw = c.T("timeline.field", e.Stamp.System, e.Comment.Field), e.Comment.New
	default:
		out.Text = c.T("timeline.changed", e.Stamp.System)
	}
	return out
}
