package delivery

import (
	"time"

	"portico/sync/record"
)

// Approval is what a message says about something that a client is asked to
// decide. The words of the question are not in it: a receiver asks for them by id.
type Approval struct {
	ID       string    `json:"id"`
	Ref      string    `json:"ref"`
	Title    string    `json:"title"`
	State    string    `json:"state"`
	Version  int       `json:"version"`
	Digest   string    `json:"digest"` // fingerprint of the version, hex SHA-256
	File     *File     `json:"file,omitempty"`
	AskedBy  string    `json:"asked_by"`
	Record   record.ID `json:"record,omitzero"` // the ticket that it is about
	Due      time.Time `json:"due,omitzero"`
	Created  time.Time `json:"created"`
	Decision *Decision `json:"decision,omitempty"`
}

// File is what a message says about a file.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hex
}

// Decision is what a message says about how somebody decided.
type Decision struct {
	State      string    `json:"state"`
	Version    int       `json:"version"`
	Digest     string    `json:"digest"`
	By         string    `json:"by"`
	Way        string    `json:"way"`                   // portal, link or phone
	RecordedBy string    `json:"recorded_by,omitempty"` // by phone: who wrote it down
	At         time.Time `json:"at"`
	Reason     string    `json:"reason,omitempty"`
	Action     string    `json:"action,omitempty"` // the reply that tells the ticket
}

// ForApproval makes the message about an approval.
func ForApproval(t Type, at time.Time, account record.AccountID, a Approval) (Message, error) {
	a.Title, a.AskedBy = clip(a.Title, maxTitle), clip(a.AskedBy, maxWord)
	if a.File != nil {
		f := *a.File
		f.Name = clip(f.Name, maxTitle)
		a.File = &f
	}
	if a.Decision != nil {
		d := *a.Decision
		d.By, d.RecordedBy, d.Reason = clip(d.By, maxWord), clip(d.RecordedBy, maxWord), clip(d.Reason, maxReason)
		a.Decision = &d
	}
	return compose(t, at, account, struct {
		Approval Approval `json:"approval"`
	}{a})
}
