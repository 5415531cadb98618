package bulk

import (
	"fmt"
	"strings"
	"time"
)

// rowSize is about how long a rendered ticket is, in bytes.
const rowSize = 1600

// firstID keeps all ids seven digits wide.
const firstID = 1_000_001

// Marks in a template that are written over, each as wide as its value.
const (
	markID      = "%%ID%%%"
	markCompany = "%CO%"
	markUpdated = "%%%%%%%UPDATED%%%%%%"
	markCreated = "%%%%%%%CREATED%%%%%%"
)

// template is one rendered ticket with the places of its marks.
type template struct {
	text                             []byte
	ids, companies, updated, created []int
}

// subjects vary the words, so that no two neighbours compress alike.
var subjects = []string{
	"VPN drops every twenty minutes at the depot, laptops on version 5.2",
	"Printer in dispatch prints blank labels since this morning",
	"New starter needs a mailbox, a laptop and access to the shared drive",
	"Backup report shows two failed jobs on the file server",
	"Barcode scanners lose their connection between hall three and four",
	"Practice software is slow after the update, users wait for minutes",
	"Cannot open the shared library from home, error after sign-in",
	"Please change the contact for invoices to our new bookkeeper",
}

var statuses = []string{"open", "new", "stalled", "resolved"}

// templates renders every combination of subject and status once.
func templates() []template {
	var out []template
	for _, subject := range subjects {
		for _, status := range statuses {
			text := render(subject, status)
			out = append(out, template{
				text: []byte(text), ids: places(text, markID), companies: places(text, markCompany),
				updated: places(text, markUpdated), created: places(text, markCreated),
			})
		}
	}
	return out
}

func render(subject, status string) string {
	const base = "http://127.0.0.1/REST/2.0"
	user := func(name, more string) string {
		return fmt.Sprintf(`{"type":"user","id":"%s","_url":"%s/user/%s"%s}`, name, base, name, more)
	}
	field := func(id int, name, value string) string {
		return fmt.Sprintf(`{"type":"customfield","id":"%d","_url":"%s/customfield/%d","name":"%s","values":[%s]}`, id, base, id, name, value)
	}
	resolved := "1970-01-01T00:00:00Z"
	if status == "resolved" {
		resolved = markUpdated
	}
	person := "person@client-" + markCompany + ".example"
	return strings.Join([]string{
		`{"type":"ticket","id":"` + markID + `"`,
		`"_url":"` + base + `/ticket/` + markID + `"`,
		`"EffectiveId":"` + markID + `"`,
		`"Subject":"` + subject + ` (` + markID + `)"`,
		`"Status":"` + status + `"`,
		`"Priority":"40"`,
		`"Type":"ticket"`,
		`"Queue":{"type":"queue","id":"3","_url":"` + base + `/queue/3","Name":"Support"}`,
		`"Owner":` + user("mara.stein", `,"Name":"mara.stein","RealName":"Mara Stein","EmailAddress":"mara.stein@msp.example"`),
		`"Creator":` + user(person, ""),
		`"LastUpdatedBy":` + user("mara.stein", ""),
		`"Requestor":[` + user(person, `,"Name":"`+person+`","RealName":"Person of `+markCompany+`","EmailAddress":"`+person+`","Organization":"Client `+markCompany+` GmbH"`) + `]`,
		`"CustomFields":[` + field(2, "Client", `"Client `+markCompany+` GmbH"`) + `,` + field(3, "Severity", `"S3"`) + `,` + field(4, "External Ref", "") + `]`,
		`"Created":"` + markCreated + `"`,
		`"LastUpdated":"` + markUpdated + `"`,
		`"Started":"` + markCreated + `"`,
		`"Due":"1970-01-01T00:00:00Z"`,
		`"Resolved":"` + resolved + `"`,
		`"Told":"` + markUpdated + `"}`,
	}, ",")
}

// places finds every occurrence of a mark.
func places(text, mark string) []int {
	var out []int
	for at := 0; ; {
		i := strings.Index(text[at:], mark)
		if i < 0 {
			return out
		}
		out = append(out, at+i)
		at += i + len(mark)
	}
}

// appendTicket writes the ticket with an index.
func (s *Source) appendTicket(body []byte, i int) []byte {
	t := &s.rows[i%len(s.rows)]
	start := len(body)
	body = append(body, t.text...)
	row := body[start:]
	var id, company [8]byte
	digits(id[:7], firstID+i)
	digits(company[:4], i%s.opts.Companies)
	var buffer [20]byte
	when := s.opts.Start.Add(time.Duration(i/s.opts.PerSecond) * time.Second)
	put(row, t.ids, id[:7])
	put(row, t.companies, company[:4])
	put(row, t.updated, when.AppendFormat(buffer[:0], "2006-01-02T15:04:05Z"))
	put(row, t.created, when.Add(-26*time.Hour).AppendFormat(buffer[:0], "2006-01-02T15:04:05Z"))
	return body
}

func put(row []byte, at []int, value []byte) {
	for _, i := range at {
		copy(row[i:], value)
	}
}

// digits writes a number with leading zeros.
func digits(into []byte, n int) {
	for i := len(into) - 1; i >= 0; i-- {
		into[i] = byte('0' + n%10)
		n /= 10
	}
}
