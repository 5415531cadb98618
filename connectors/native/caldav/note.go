package caldav

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"portico/connectors/native/caldav/ical"
	"portico/sync/action"
)

// A confirmation is a COMMENT of the event with parameters of our own, which
// calendars keep (RFC 5545, section 3.2: non-standard parameters), a line at the
// end of its description, which they show, and where who confirmed is invited,
// their answer (PARTSTAT).
const (
	refParam        = "X-PORTICO-REF"
	clientParam     = "X-PORTICO-CLIENT" // digest of the company: a parameter cannot hold any text
	occurrenceParam = "X-PORTICO-OCCURRENCE"
)

// acknowledged reports whether a company has confirmed an occurrence.
func acknowledged(o ical.Occurrence, company string) bool {
	if company == "" {
		return false
	}
	for _, part := range []*ical.Component{o.Part, o.Master} {
		for _, p := range part.All("COMMENT") {
			if p.Param(refParam) != "" && p.Param(clientParam) == digest(company) && p.Param(occurrenceParam) == o.ID {
				return true
			}
		}
	}
	for _, p := range o.Part.All("ATTENDEE") {
		_, domain, _ := strings.Cut(address(p), "@")
		if domain == company && strings.EqualFold(p.Param("PARTSTAT"), "ACCEPTED") {
			return true
		}
	}
	return false
}

// holds reports whether an object carries our reference.
func holds(root *ical.Component, ref string) bool {
	for _, part := range root.Parts {
		for _, p := range part.All("COMMENT") {
			if p.Param(refParam) == ref || strings.Contains(p.Value, "("+ref+")") {
				return true
			}
		}
	}
	return false
}

// occurrence finds the one that an action is about.
func (s *session) occurrence(root *ical.Component, t target, at int64) (ical.Occurrence, bool) {
	list, _ := ical.Occurrences(root, s.zone, window(at))
	for _, o := range list {
		if o.ID == t.occurrence {
			return o, true
		}
	}
	return ical.Occurrence{}, false
}

// write returns the object with the confirmation in it.
func (s *session) write(data []byte, a action.Action, t target, company string, now time.Time) ([]byte, error) {
	root, err := ical.Parse(data)
	if err != nil {
		return nil, err
	}
	o, ok := s.occurrence(root, t, step(now))
	if !ok {
		return nil, errors.New("the occurrence is not there")
	}
	at := a.Recorded
	if at.IsZero() {
		at = now
	}
	said := "Confirmed in the portal by " + oneLine(a.Actor.Name, 100)
	if company != "" {
		said += " for " + oneLine(company, 100)
	}
	said += ", " + at.UTC().Format("2 Jan 2006 15:04") + " UTC"
	if words := oneLine(a.Input.Text, 1000); words != "" {
		said += ": " + words
	}
	said += " (" + a.Ref + ")"
	e := ical.NewEditor(data)
	comment := "COMMENT;" + refParam + "=" + a.Ref
	if company != "" {
		comment += ";" + clientParam + "=" + digest(company)
	}
	if o.ID != "" {
		comment += ";" + occurrenceParam + "=" + o.ID
	}
	e.Append(o.Part, comment+":"+ical.Escape(said))
	if !answer(e, o, a) {
		describe(e, o, said)
	}
	if p, ok := o.Part.Get("LAST-MODIFIED"); ok {
		e.Replace(p, p.Line(now.UTC().Format(moments), "", ""))
	}
	return e.Bytes(), nil
}

// answer sets the answer of who confirmed, where they are invited. Of an event
// that repeats it would be their answer for all times, so that is left alone.
func answer(e *ical.Editor, o ical.Occurrence, a action.Action) bool {
	mail := strings.ToLower(a.Actor.Email)
	if mail == "" || o.ID != "" && o.Part == o.Master {
		return false
	}
	for _, p := range o.Part.All("ATTENDEE") {
		if address(p) == mail {
			e.Replace(p, p.Line(p.Value, "PARTSTAT", "ACCEPTED"))
			return true
		}
	}
	return false
}

// describe adds a line to the description, where people look.
func describe(e *ical.Editor, o ical.Occurrence, said string) {
	if o.ID != "" {
		said = o.Start.Format("2 Jan 2006 15:04 MST") + ": " + said
	}
	line := ical.Escape(said)
	p, ok := o.Part.Get("DESCRIPTION")
	switch {
	case !ok:
		e.Append(o.Part, "DESCRIPTION:"+line)
	case strings.TrimSpace(p.Value) == "":
		e.Replace(p, p.Line(line, "", ""))
	default:
		e.Replace(p, p.Line(p.Value+`\n`+line, "", ""))
	}
}

// oneLine makes a text fit within a line of ours: a reference that somebody
// typed must not pass for one of ours, nor a line break begin a line without one.
func oneLine(text string, most int) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	text = strings.ReplaceAll(text, "(PRT-", "( PRT-")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most])
	}
	return text
}
