package caldav

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"portico/connectors/native/caldav/ical"
	"portico/sync/record"
	"portico/sync/remote"
)

// How far repeating events are unrolled. The window moves on in steps, so that
// nothing is read again every day because of it.
const (
	daysBack  = 90
	daysAhead = 400
	daysStep  = 7
)

// step is the number of the window at a time.
func step(now time.Time) int64 { return now.Unix() / (86400 * daysStep) }

// window is what is unrolled in a step. Each holds what the next one needs to begin with.
func window(step int64) ical.Window {
	at := time.Unix(step*86400*daysStep, 0).UTC()
	return ical.Window{From: at.AddDate(0, 0, -daysBack), To: at.AddDate(0, 0, daysStep+daysAhead)}
}

// made is what became of one object.
type made struct {
	records []record.Record
	rejects []remote.Reject
	repeats bool
}

// external ids: path, occurrence, company. The path is encoded, so that neither
// mark stands in it.
const (
	occurrenceMark = ";"
	companyMark    = "#"
	maxExternal    = 250
)

// target is what an external id leads to.
type target struct{ path, occurrence, company string }

func parseExternal(external string) target {
	rest, company, _ := strings.Cut(external, companyMark)
	path, occurrence, _ := strings.Cut(rest, occurrenceMark)
	return target{path, occurrence, company}
}

// suffix is the part of an external id after the path.
func suffix(occurrence, company string) string {
	out := ""
	if occurrence != "" {
		out = occurrenceMark + occurrence
	}
	if company != "" {
		if len(company) > 80 {
			company = digest(company)
		}
		out += companyMark + company
	}
	return out
}

// records makes of an object what clients may see of it.
func (s *session) records(cal calendar, path string, o object, at int64) (out made) {
	reject := func(reason string) {
		out.rejects = append(out.rejects, remote.Reject{Kind: record.KindEvent, External: clip(path, maxExternal), Reason: reason})
	}
	defer func() {
		if p := recover(); p != nil { // what others wrote must not end the run
			out = made{}
			reject("It cannot be read.")
			s.conn.Log.Error("calendar object breaks its reader", "path", path, "panic", fmt.Sprint(p))
		}
	}()
	if o.refused {
		reject("The calendar server lists it and does not hand it over.")
		return out
	}
	root, err := ical.Parse(o.data)
	if err != nil {
		reject(err.Error())
		return out
	}
	out.repeats = ical.Repeats(root)
	occurrences, problems := ical.Occurrences(root, s.zone, window(at))
	for _, p := range problems {
		reject(p.Error())
	}
	for _, one := range occurrences {
		if private(one.Part) || private(one.Master) {
			continue
		}
		for _, company := range s.companies(cal, one.Part) {
			end := suffix(one.ID, company)
			if len(path)+len(end) > maxExternal {
				reject("Its name on the server is too long.")
				return out
			}
			out.records = append(out.records, normal(cal, one, path+end, company))
		}
	}
	return out
}

func clip(s string, most int) string { return s[:min(len(s), most)] }

// private reports what nobody else may see (RFC 5545, section 3.8.1.3).
func private(part *ical.Component) bool {
	class := strings.ToUpper(strings.TrimSpace(part.Value("CLASS")))
	return class == "PRIVATE" || class == "CONFIDENTIAL"
}

// normal makes the record of one occurrence for one company.
func normal(cal calendar, o ical.Occurrence, external, company string) record.Record {
	text := func(name string) string { return strings.TrimSpace(ical.Text(o.Part.Value(name))) }
	e := record.Event{
		Title: cmp.Or(text("SUMMARY"), cal.name), Text: withoutNotes(text("DESCRIPTION")), Type: cal.name,
		Location: text("LOCATION"), Start: o.Start, End: o.End, AllDay: o.AllDay, Zone: o.Zone,
		// An event without a status takes place: most programs never set one.
		Status:       cmp.Or(strings.ToUpper(text("STATUS")), "CONFIRMED"),
		Acknowledged: acknowledged(o, company),
	}
	return record.Record{
		Kind: record.KindEvent, External: external, Version: version(e), Company: company, Body: e,
		Created: stamp(o.Part, "CREATED"), Updated: stamp(o.Part, "LAST-MODIFIED", "DTSTAMP"),
	}
}

const moments = "20060102T150405Z"

// version changes when what a client confirms does. Begin and end stand in it to
// be read: a conflict says what they were.
func version(e record.Event) string {
	end := ""
	if !e.End.IsZero() {
		end = e.End.Format(moments)
	}
	return e.Start.Format(moments) + "/" + end + "/" + digest(strings.Join([]string{e.Title, e.Text, e.Status, e.Location, fmt.Sprint(e.AllDay)}, "\x00"))
}

// stamp reads the first of the properties that is a time.
func stamp(part *ical.Component, names ...string) time.Time {
	for _, name := range names {
		if at, err := time.Parse(moments, strings.TrimSpace(part.Value(name))); err == nil && at.Year() > 1970 && at.Year() < 2200 {
			return at
		}
	}
	return time.Time{}
}

// companies lists the keys of the client companies of an event; of one that
// names none, the only key is "".
func (s *session) companies(cal calendar, part *ical.Component) []string {
	var out []string
	switch s.clients {
	case byCalendar:
		out = append(out, strings.Trim(cal.path, "/"))
	case byAttendee:
		for _, p := range part.All("ATTENDEE") {
			out = append(out, s.clientOf(p))
		}
	default:
		for _, p := range part.All("CATEGORIES") {
			for _, name := range ical.List(p.Value) {
				out = append(out, s.clientIn(name))
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > 0 && out[0] == "" {
		out = out[1:]
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

// clientIn is the company that a category names, or "".
func (s *session) clientIn(category string) string {
	key := strings.ToLower(strings.TrimSpace(category))
	rest, ok := strings.CutPrefix(key, strings.ToLower(s.prefix))
	if !ok {
		return ""
	}
	return strings.TrimSpace(clip(rest, 240))
}

// clientOf is the mail domain of somebody who is invited, or "".
func (s *session) clientOf(p ical.Prop) string {
	switch strings.ToUpper(p.Param("CUTYPE")) {
	case "ROOM", "RESOURCE":
		return ""
	}
	_, domain, ok := strings.Cut(address(p), "@")
	if !ok || slices.Contains(s.own, domain) {
		return ""
	}
	return clip(domain, 240)
}

// address is the mail address of an ATTENDEE, lower case, or "".
func address(p ical.Prop) string {
	mail, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(p.Value)), "mailto:")
	if !ok {
		return ""
	}
	return mail
}

// noted matches a line that we wrote into a description: it ends with our reference.
var noted = regexp.MustCompile(`\(PRT-[A-Z2-7]{12}\)`)

// withoutNotes takes our own lines off a description. They name who confirmed,
// which another client of the same event must not read.
func withoutNotes(text string) string {
	if !noted.MatchString(text) {
		return text
	}
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		if !noted.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
