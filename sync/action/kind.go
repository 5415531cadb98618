package action

import "portico/sync/record"

// Kind names what is asked.
type Kind string

// The kinds that a connector can carry out. What a person filled in beside text
// and files stands in Input.Fields, under the names given here.
const (
	TicketReply  Kind = "ticket.reply"
	TicketCreate Kind = "ticket.create"
	TicketClose  Kind = "ticket.close"
	TicketReopen Kind = "ticket.reopen"
	// PaymentRecord tells the accounting system of a payment of the target, an
	// invoice. Fields: FieldAmount, FieldCurrency, FieldDate, FieldMethod, FieldReference.
	PaymentRecord Kind = "payment.record"
	// QuoteAccept and QuoteDecline decide about the target, a quote. Text is the reason.
	// Fields: FieldConsent, FieldDigest; both may be absent.
	QuoteAccept  Kind = "quote.accept"
	QuoteDecline Kind = "quote.decline"
	// EventAcknowledge confirms the target, an event.
	EventAcknowledge Kind = "event.acknowledge"
	// DocumentUpload brings Files to a folder of the source. Fields: FieldFolder,
	// FieldProject; both may be absent.
	DocumentUpload Kind = "document.upload"
)

// Names of Input.Fields.
const (
	FieldAmount    = "amount"    // exact decimal text, see record.Decimal
	FieldCurrency  = "currency"  // ISO 4217
	FieldDate      = "date"      // 2006-01-02
	FieldMethod    = "method"    // in the source's words, or ""
	FieldReference = "reference" // what stands on the bank statement, or ""
	FieldFolder    = "folder"    // see record.Document.Folder
	FieldProject   = "project"   // the source's id
	FieldConsent   = "consent"   // the words that stood beside the button and on it
	FieldDigest    = "digest"    // of what was seen, see record.Quote.Digest
)

// About is the kind of record that an action is on, or that it makes: who may act
// on these may ask for it.
func (k Kind) About() record.Kind {
	switch k {
	case TicketReply, TicketCreate, TicketClose, TicketReopen:
		return record.KindTicket
	case PaymentRecord:
		return record.KindInvoice
	case QuoteAccept, QuoteDecline:
		return record.KindQuote
	case EventAcknowledge:
		return record.KindEvent
	case DocumentUpload:
		return record.KindDocument
	default:
		return ""
	}
}

// New reports whether the action makes something, and so has no target.
func (k Kind) New() bool { return k == TicketCreate || k == DocumentUpload }
