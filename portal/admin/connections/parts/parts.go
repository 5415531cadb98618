// Package parts is what the pages of one connection have in common: their addresses,
// the way from one to the next, and the words for what a connection is made of. It
// promises that all of them speak alike, and hides which of them a kind of system has.
package parts

import (
	"net/http"
	"unicode"

	"portico/portal/ui"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Path is where the pages begin.
const Path = "/admin/connections"

// Of is where a connection's pages are.
func Of(id record.ConnectionID) string { return Path + "/" + id.String() }

// ID is the connection that the address names; one that cannot be is not there.
func ID(r *http.Request) (record.ConnectionID, error) {
	id, err := record.ParseConnectionID(r.PathValue("id"))
	if err != nil {
		return id, fault.New(fault.NotFound, "There is no such connection.").Because("read the address", err)
	}
	return id, nil
}

// Leads answers a form that was carried out: to a page, which then says so.
func Leads(w http.ResponseWriter, r *http.Request, path, done string) error {
	http.Redirect(w, r, path+"?done="+done, http.StatusSeeOther)
	return nil
}

// Said puts what a form has just done on the page that it leads to. Words that are
// not in the catalogue are not ours, and are not shown.
func Said(c *ui.Chrome, r *http.Request) {
	word := "connections.done." + r.URL.Query().Get("done")
	if text := c.T(word); text != word {
		c.Flash = ui.Flash{Tone: ui.Good, Text: text}
	}
}

// Status is the answer to a form that was not accepted.
func Status(err error) int {
	switch fault.KindOf(err) {
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Limited:
		return http.StatusTooManyRequests
	default:
		return http.StatusUnprocessableEntity
	}
}

// Correctable reports whether the person at the form can do something about it.
func Correctable(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Conflict, fault.Setup, fault.Limited:
		return true
	default:
		return false
	}
}

// Triable are the actions of a connector that need no file.
func Triable(spec remote.Spec) []remote.ActionSpec {
	var out []remote.ActionSpec
	for _, a := range spec.Actions {
		if a.Kind != action.DocumentUpload {
			out = append(out, a)
		}
	}
	return out
}

// pages are the pages of a connection, as its tabs name them.
func pages(c *ui.Chrome, n remote.Connection, spec remote.Spec, at string) []ui.Tab {
	var out []ui.Tab
	for _, t := range []struct{ path, word string }{{"", "connections.overview"}, {"/companies", "connections.companies"},
		{"/statuses", "connections.statuses"}, {"/files", "tables.title"}, {"/fields", "fields.title"}, {"/runs", "connections.runs"}, {"/record", "reread.tab"},
		{"/hooks", "hooks.title"}, {"/dry-run", "dryrun.tab"},
		{"/settings", "connections.settings"}, {"/schedule", "timetable.tab"}, {"/mapping", "mapping.tab"}} {
		if t.path == "/files" && !spec.Tabular || t.path == "/hooks" && spec.Webhooks == nil || t.path == "/dry-run" && len(Triable(spec)) == 0 {
			continue
		}
		out = append(out, ui.Tab{Label: c.T(t.word), Href: Of(n.ID) + t.path, Current: t.path == at})
	}
	return out
}

// Stream is what people call a stream; one that has no word keeps its own name.
func Stream(c *ui.Chrome, name string) string { return word(c, "connections.stream.", name) }

// Kind is what people call a kind of record.
func Kind(c *ui.Chrome, k record.Kind) string { return word(c, "connections.kind.", string(k)) }

func word(c *ui.Chrome, prefix, name string) string {
	if text := c.T(prefix + name); text != prefix+name {
		return text
	}
	return Sentence(name)
}

// Sentence begins a text with a capital letter.
func Sentence(text string) string {
	for i, r := range text {
		return string(unicode.ToUpper(r)) + text[i+len(string(r)):]
	}
	return text
}

// State is what a status means.
func State(c *ui.Chrome, s record.State) string { return c.T("connections.meaning." + string(s)) }

// Turn says whose turn it is as the provider speaks of it.
func Turn(c *ui.Chrome, t record.Turn) string { return c.T("connections.turn." + string(t)) }
