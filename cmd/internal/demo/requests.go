package demo

import (
	"time"

	"portico/connectors/vendorfake/requesttracker"
)

// request is a ticket with its history, in days before now.
type request struct {
	queue, by, subject, text, owner, status string
	age                                     float64
	due                                     float64 // days from now; 0 is none
	device                                  string
	said                                    []line
}

// line is one step of a history.
type line struct {
	by      string
	age     float64
	text    string
	private bool
	status  string
	file    *requesttracker.File
}

func (q request) ticket(now time.Time, devices map[string]int) requesttracker.Ticket {
	t := requesttracker.Ticket{Queue: q.queue, Subject: q.subject, Status: q.status, Owner: q.owner, Requestor: q.by, Text: q.text,
		Created: days(now, q.age), Fields: map[string]string{"Client": companyOf(q.by), "Severity": "S3"}}
	if q.due != 0 {
		t.Due, t.Fields["Severity"] = days(now, -q.due), "S2"
	}
	if q.device != "" {
		t.Assets = []int{devices[q.device]}
	}
	for _, s := range q.said {
		e := requesttracker.Entry{By: s.by, At: days(now, s.age), Text: s.text, Private: s.private, Status: s.status}
		if s.file != nil {
			e.Files = []requesttracker.File{*s.file}
		}
		t.History = append(t.History, e)
	}
	return t
}

const (
	marek = "marek.dvorak"
	amara = "amara.osei"
	lena  = "lena.brandt"
)

var overage = requesttracker.File{Name: "overage-october.csv", Type: "text/csv",
	Content: []byte("item,hours,rate,amount\nDepot network,2.5,95.00,237.50\nScanner roaming,1.0,95.00,95.00\n")}

var userList = requesttracker.File{Name: "Gdansk-users.csv", Type: "text/csv",
	Content: []byte("name,department\nTomasz Zieliński,Warehouse\nMaria Nowak,Dispatch\nPiotr Wójcik,Dispatch\n")}
