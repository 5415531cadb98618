package action

import (
	"strings"
	"time"
	"unicode/utf8"

	"portico/sync/fault"
)

// MaxReason is how many characters staff may tell the client about what they gave up.
const MaxReason = 1000

// Care is what staff did with an action that went no further by itself. Only the
// store sets it, and the client is shown it.
type Care struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
	// Was is what the actor wrote, where staff changed the words; "" where they did not.
	Was string `json:"was,omitempty"`
	// GaveUp says that staff gave it up.
	GaveUp bool `json:"gave_up,omitempty"`
}

// Ruling is what staff decide about an action that waits for them.
type Ruling struct {
	ID ID
	// Seen is the generation that they saw: whoever was faster has raised it.
	Seen int
	// Text are new words to be sent; "" keeps those that are there.
	Text string
	// Reason is told to the client when it is given up.
	Reason string
	By     string // name of who decides, for the client
}

// Held is an action that went no further by itself, with what people call its parts.
type Held struct {
	Action
	Company string // of the account
	System  string // of the connection
	About   string // number and title of the target, or ""
}

// Amended reports whether staff changed the words.
func (a Action) Amended() bool { return a.Input.Care != nil && a.Input.Care.Was != "" }

// Words are those that the other system has, or is to get: after the words were
// changed, those of the actor when they turn out to have arrived before.
func (a Action) Words() string {
	arrived := a.State == Accepted || a.State == Confirmed
	if a.Amended() && arrived && a.Sent.Before(a.Began) {
		return a.Input.Care.Was
	}
	return a.Input.Text
}

// Written reports whether an action carries words that staff may change. One that
// tells of a decision carries those of the decision.
func (a Action) Written() bool {
	return (a.Kind == TicketReply || a.Kind == TicketCreate) && a.Input.Approval == ""
}

// CheckText refuses words that nobody could have sent: fault.Invalid by field.
func CheckText(text string) error {
	return checkWords("text", text, MaxText)
}

// CheckReason is CheckText for what a client reads about what was given up.
func CheckReason(text string) error {
	return checkWords("reason", text, MaxReason)
}

func checkWords(field, text string, most int) error {
	why := ""
	switch {
	case strings.TrimSpace(text) == "":
		why = "This is needed."
	case utf8.RuneCountInString(text) > most:
		why = "This is too long."
	default:
		return nil
	}
	return fault.New(fault.Invalid, "Please correct what is marked.").Field(field, why)
}
