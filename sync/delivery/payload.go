package delivery

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"portico/sync/fault"
	"portico/sync/record"
)

// MaxPayload is the largest message in bytes, as Standard Webhooks advises.
const MaxPayload = 20_000

// maxRecords is how many bytes of records one message carries, so that the
// envelope fits beside them.
const maxRecords = MaxPayload - 1000

// Characters of the texts that a message carries; what is longer is cut.
const (
	maxTitle  = 300
	maxWord   = 120
	maxReason = 1000
)

// Record is what a message says about a record. What people wrote is not in it:
// a receiver that needs it asks for it by id.
type Record struct {
	ID         record.ID           `json:"id"`
	Connection record.ConnectionID `json:"connection,omitzero"`
	External   string              `json:"external,omitempty"` // the source's own id
	Parent     record.ID           `json:"parent,omitzero"`
	Deleted    bool                `json:"deleted,omitempty"` // it is no longer in this account
	Number     string              `json:"number,omitempty"`
	Title      string              `json:"title,omitempty"`
	Person     string              `json:"person,omitempty"`
	Status     string              `json:"status,omitempty"` // the source's raw value
	State      record.State        `json:"state,omitempty"`
	Label      string              `json:"label,omitempty"`
	Turn       record.Turn         `json:"turn,omitempty"`
	Due        time.Time           `json:"due,omitzero"`
	Created    time.Time           `json:"created,omitzero"`
	Updated    time.Time           `json:"updated,omitzero"`
}

// Action is what a message says about something that was asked for.
type Action struct {
	ID         string              `json:"id"`
	Ref        string              `json:"ref"`
	Kind       string              `json:"kind"`
	State      string              `json:"state"`
	By         string              `json:"by"` // name of the person who asked
	Connection record.ConnectionID `json:"connection"`
	Record     record.ID           `json:"record,omitzero"`
	External   string              `json:"external,omitempty"`  // the record's id in the source
	Reference  string              `json:"reference,omitempty"` // the source's id of the effect
	Reason     string              `json:"reason,omitempty"`    // why it was refused
	Recorded   time.Time           `json:"recorded"`
	Ended      time.Time           `json:"ended,omitzero"`
}

// changedData is the data of RecordChanged.
type changedData struct {
	Kind    record.Kind `json:"kind"`
	Records []Record    `json:"records"`
	// More says that records beyond these changed at the same time.
	More bool `json:"more,omitempty"`
}

// ForAction makes the message about an action.
func ForAction(t Type, at time.Time, account record.AccountID, a Action) (Message, error) {
	a.By, a.External, a.Reference, a.Reason = clip(a.By, maxWord), clip(a.External, maxWord), clip(a.Reference, maxWord), clip(a.Reason, maxReason)
	return compose(t, at, account, struct {
		Action Action `json:"action"`
	}{a})
}

// ForTicket makes the message about a new ticket.
func ForTicket(at time.Time, account record.AccountID, r Record) (Message, error) {
	return compose(TicketCreated, at, account, struct {
		Ticket Record `json:"ticket"`
	}{r.clipped()})
}

// ForRecords makes the messages about records that changed together, as few as
// the size limit allows. more says that others changed and are not among them.
func ForRecords(at time.Time, account record.AccountID, kind record.Kind, records []Record, more bool) ([]Message, error) {
	var out []Message
	data, size := changedData{Kind: kind, More: more}, 0
	send := func() error {
		m, err := compose(RecordChanged, at, account, data)
		out = append(out, m)
		data.Records, size = nil, 0
		return err
	}
	for _, r := range records {
		r = r.clipped()
		encoded, err := json.Marshal(r)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "encode record", err)
		}
		if size+len(encoded) > maxRecords && size > 0 {
			if err := send(); err != nil {
				return nil, err
			}
		}
		data.Records, size = append(data.Records, r), size+len(encoded)+1
	}
	if size == 0 {
		return out, nil
	}
	return out, send()
}

// ForTest makes the message that an owner sends to try the endpoint.
func ForTest(at time.Time, account record.AccountID) (Message, error) {
	return compose(Test, at, account, struct {
		Text string `json:"text"`
	}{"This is a test. Nothing happened in Portico."})
}

// compose puts data into the envelope that all messages share.
func compose(t Type, at time.Time, account record.AccountID, data any) (Message, error) {
	m := Message{ID: NewMessageID(), Type: t, Account: account, At: at.UTC().Truncate(time.Microsecond)}
	payload, err := json.Marshal(struct {
		ID      MessageID        `json:"id"`
		Type    Type             `json:"type"`
		Time    time.Time        `json:"timestamp"`
		Account record.AccountID `json:"account,omitzero"`
		Data    any              `json:"data"`
	}{m.ID, t, m.At, account, data})
	if err == nil && len(payload) > MaxPayload {
		err = fmt.Errorf("%d bytes, at most %d are allowed", len(payload), MaxPayload)
	}
	m.Payload = payload
	return m, fault.Wrap(fault.Internal, "compose "+string(t), err)
}

func (r Record) clipped() Record {
	r.External, r.Number, r.Person = clip(r.External, maxWord), clip(r.Number, maxWord), clip(r.Person, maxWord)
	r.Title, r.Status, r.Label = clip(r.Title, maxTitle), clip(r.Status, maxWord), clip(r.Label, maxWord)
	return r
}

// clip cuts a text to n characters and says so by an ellipsis.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
