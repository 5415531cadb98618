package action

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"portico/sync/fault"
	"portico/sync/record"
)

// amounts are positive or zero, of at most fifteen digits and six decimals, as
// every accounting system takes them.
var amounts = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,6})?$`)

var currencies = regexp.MustCompile(`^[A-Z]{3}$`)

// MaxField is how many characters a text in Input.Fields may have.
const MaxField = 250

// CheckInput refuses what a form of the kind does not hold: fault.Invalid, with the
// names of Input.Fields and "text" as fields. What people write about requests is
// checked where they write it.
func CheckInput(kind Kind, in Input) error {
	problem := fault.New(fault.Invalid, "Please correct what is marked.")
	switch kind {
	case PaymentRecord:
		checkFields(problem, in, FieldAmount, FieldCurrency, FieldDate, FieldMethod, FieldReference)
		checkPayment(problem, in.Fields)
	case QuoteAccept, QuoteDecline:
		checkFields(problem, in, FieldConsent, FieldDigest)
		if kind == QuoteDecline && strings.TrimSpace(in.Text) == "" {
			problem.Field("text", "This is needed.")
		}
	case EventAcknowledge:
		checkFields(problem, in)
	case DocumentUpload:
		checkFields(problem, in, FieldFolder, FieldProject)
		if len(in.Files) == 0 {
			problem.Field("files", "Choose a file.")
		}
	default:
		return nil
	}
	if kind != DocumentUpload && len(in.Files) > 0 {
		problem.Field("files", "No file goes with this.")
	}
	if utf8.RuneCountInString(in.Text) > MaxText {
		problem.Field("text", "This is too long.")
	}
	if len(problem.Fields) == 0 {
		return nil
	}
	return problem
}

// checkFields refuses fields that the kind does not have, and what no field holds.
func checkFields(problem *fault.Error, in Input, known ...string) {
	for _, name := range slices.Sorted(maps.Keys(in.Fields)) {
		switch text := in.Fields[name]; {
		case !slices.Contains(known, name):
			problem.Field(name, "This is not asked for here.")
		case utf8.RuneCountInString(text) > MaxField || strings.ContainsAny(text, "\x00\r\n"):
			problem.Field(name, "One line of at most 250 characters.")
		}
	}
	if in.Subject != "" || in.Queue != "" {
		problem.Field("subject", "This is not asked for here.")
	}
}

func checkPayment(problem *fault.Error, fields map[string]string) {
	if amount := fields[FieldAmount]; !amounts.MatchString(amount) || record.Decimal(amount).Sign() <= 0 {
		problem.Field(FieldAmount, "An amount above zero, with a point before the cents.")
	}
	if !currencies.MatchString(fields[FieldCurrency]) {
		problem.Field(FieldCurrency, "Three letters, as in EUR.")
	}
	if _, err := time.Parse(time.DateOnly, fields[FieldDate]); err != nil {
		problem.Field(FieldDate, "A date.")
	}
}

// Rivals are the kinds of which one at a time may be on its way about a target: a
// second one could only double or contradict the first.
func (k Kind) Rivals() []Kind {
	switch k {
	case PaymentRecord:
		return []Kind{PaymentRecord}
	case QuoteAccept, QuoteDecline:
		return []Kind{QuoteAccept, QuoteDecline}
	case EventAcknowledge:
		return []Kind{EventAcknowledge}
	default:
		return nil
	}
}

// Judges reports whether the action decides on what was seen, so that it needs a base.
func (k Kind) Judges() bool { return len(k.Rivals()) > 0 && k != EventAcknowledge }

// Kinds lists every kind.
var Kinds = []Kind{TicketReply, TicketCreate, TicketClose, TicketReopen, PaymentRecord, QuoteAccept, QuoteDecline, EventAcknowledge, DocumentUpload}
