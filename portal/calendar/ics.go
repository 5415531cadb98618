package calendar

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/portal/ui"
	"portico/sync/record"
)

// lines writes iCalendar (RFC 5545 §3.1): lines end with CR LF and are folded after
// 75 bytes, never within a character.
type lines struct{ bytes.Buffer }

func (l *lines) put(name, value string) {
	line := name + ":" + value
	for room := 75; len(line) > room; room = 74 { // the blank counts
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		l.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
	}
	l.WriteString(line + "\r\n")
}

// text writes a value of type TEXT (§3.3.11); nothing for no text.
func (l *lines) text(name, value string) {
	if value = escaped(value); value != "" {
		l.put(name, value)
	}
}

var escaper = strings.NewReplacer(`\`, `\\`, "\r\n", `\n`, "\r", `\n`, "\n", `\n`, ",", `\,`, ";", `\;`)

// escaped leaves out control characters, which no calendar may hold.
func escaped(text string) string {
	return escaper.Replace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
}

const (
	icsMoment = "20060102T150405Z"
	icsDay    = "20060102"
)

// write makes a calendar of occasions. The same occasions are the same bytes, so
// that who has them is told so; moments are in UTC, which every program shows in
// the zone of its reader.
func write(c *ui.Chrome, account record.AccountInfo, base string, list []record.Occasion) []byte {
	var l lines
	name := c.T("calendar.feed.name", account.Name, c.Provider.Name)
	l.put("BEGIN", "VCALENDAR")
	l.put("VERSION", "2.0")
	l.put("PRODID", "-//Portico//Calendar//EN")
	l.put("CALSCALE", "GREGORIAN")
	l.text("NAME", name) // RFC 7986 §5.1
	l.text("X-WR-CALNAME", name)
	l.put("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	l.put("X-PUBLISHED-TTL", "PT1H")
	host := "portico"
	if u, err := url.Parse(base); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	for _, o := range list {
		l.occasion(c, o, base, host)
	}
	l.put("END", "VCALENDAR")
	return l.Bytes()
}

func (l *lines) occasion(c *ui.Chrome, o record.Occasion, base, host string) {
	d := o.Detail
	l.put("BEGIN", "VEVENT")
	l.put("UID", string(o.What)+"-"+d.ID.String()+"@"+host)
	changed := d.Updated
	if changed.IsZero() {
		changed = d.Created
	}
	if changed.IsZero() { // the format asks for one that stays
		changed = o.Start
	}
	l.put("DTSTAMP", changed.UTC().Format(icsMoment))
	l.times(o)
	l.text("SUMMARY", name(c, o))
	about := ""
	if e, ok := d.Body.(record.Event); ok {
		about = e.Text
		l.text("LOCATION", e.Location)
		l.text("CATEGORIES", e.Type)
		status := "CONFIRMED"
		if d.State == record.StateCancelled {
			status = "CANCELLED"
		}
		l.put("STATUS", status)
	} else {
		l.put("TRANSP", "TRANSPARENT") // nobody is busy because something is due
	}
	l.text("DESCRIPTION", strings.TrimSpace(about+"\n\n"+source(c, d.Stamp)))
	l.put("URL", base+ui.AccountPath(d.Account)+subpaths[o.What]+d.ID.String())
	l.put("END", "VEVENT")
}

// times writes when it is. An end that is no later than the beginning is none.
func (l *lines) times(o record.Occasion) {
	form, how := icsMoment, ""
	if o.AllDay {
		form, how = icsDay, ";VALUE=DATE"
	}
	l.put("DTSTART"+how, o.Start.UTC().Format(form))
	if o.End.After(o.Start) {
		l.put("DTEND"+how, o.End.UTC().Format(form))
	}
}

// source says where an occasion comes from, and when it was read where that is
// too long ago. A time that moves with every pull would make every answer new.
func source(c *ui.Chrome, s record.Stamp) string {
	switch {
	case s.System == "":
		return ""
	case !s.Stale(c.Now):
		return c.T("calendar.feed.from", s.System)
	case s.ReadAt.IsZero():
		return c.T("calendar.feed.unread", s.System)
	default:
		return c.T("calendar.feed.stale", s.System, s.ReadAt.UTC().Format("2006-01-02 15:04 MST"))
	}
}
