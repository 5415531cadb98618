package record

// guesses propose meanings for the raw statuses of kinds that do not live as a
// ticket does. The raw value comes in lower case. What is not known stays
// StateUnmapped with a neutral label; an administrator looks at every guess.
var guesses = map[Kind]func(m *Meaning, raw string){
	KindAsset: guessAsset, KindInvoice: guessInvoice, KindPayment: guessPayment, KindQuote: guessQuote,
	KindContract: guessContract, KindProject: guessProject, KindEvent: guessEvent,
}

func guessAsset(m *Meaning, raw string) {
	switch raw {
	case "new", "stock", "in stock":
		m.State, m.Label = StateNew, "Not yet in use"
	case "allocated", "assigned":
		m.State, m.Label = StateOpen, "Assigned"
	case "in-use", "in use", "active", "deployed":
		m.State, m.Label = StateOpen, "In use"
	case "recycled", "retired", "disposed", "decommissioned":
		m.State, m.Label = StateClosed, "Retired"
	case "stolen", "lost":
		m.State, m.Label = StateClosed, "Lost or stolen"
	default:
		m.State, m.Label = StateUnmapped, "Known to us"
	}
}

func guessInvoice(m *Meaning, raw string) {
	switch raw {
	case "open", "sent", "posted", "authorised", "authorized", "approved", "unpaid", "awaiting payment", "awaiting_payment", "validated", "overdue":
		m.State, m.Label, m.Turn, m.Explanation = StateOpen, "To pay", TurnClient, "It is due by the date it names."
	case "partial", "partially paid", "partially_paid", "part paid":
		m.State, m.Label, m.Turn, m.Explanation = StateOpen, "Paid in part", TurnClient, "A part of it is still open."
	case "paid", "closed", "settled", "applied":
		m.State, m.Label, m.Explanation = StateResolved, "Paid", ""
	case "uncollectible", "written off", "written_off":
		m.State, m.Label = StateClosed, "Closed"
	default:
		m.State, m.Label = StateUnmapped, "Issued"
	}
}

func guessPayment(m *Meaning, raw string) {
	switch raw {
	case "succeeded", "posted", "authorised", "authorized", "completed", "paid", "reconciled":
		m.State, m.Label = StateResolved, "Received"
	case "processing", "pending", "draft", "submitted":
		m.State, m.Label, m.Turn = StateWaiting, "On its way", TurnThird
	case "failed", "canceled", "cancelled", "deleted":
		m.State, m.Label = StateCancelled, "Not carried out"
	default:
		m.State, m.Label = StateUnmapped, "Known to us"
	}
}

func guessQuote(m *Meaning, raw string) {
	switch raw {
	case "open", "sent", "submitted", "pending", "awaiting approval", "published", "quotation":
		m.State, m.Label, m.Turn, m.Explanation = StateWaiting, "For you to decide", TurnClient, "We start when you have accepted it."
	case "accepted", "approved", "won", "ordered", "invoiced", "confirmed", "processing", "done":
		m.State, m.Label = StateResolved, "Accepted"
	case "declined", "rejected", "lost", "cancelled", "canceled":
		m.State, m.Label = StateCancelled, "Declined"
	case "expired":
		m.State, m.Label = StateClosed, "Expired"
	default:
		m.State, m.Label = StateUnmapped, "Offered"
	}
}

func guessContract(m *Meaning, raw string) {
	switch raw {
	case "active", "open", "running", "signed", "current", "in effect":
		m.State, m.Label = StateOpen, "Running"
	case "draft", "pending", "sent", "quotation", "scheduled", "inactive":
		m.State, m.Label = StateNew, "Not yet running"
	case "expired", "ended", "closed", "completed", "terminated":
		m.State, m.Label = StateClosed, "Ended"
	case "cancelled", "canceled", "cancel":
		m.State, m.Label = StateCancelled, "Cancelled"
	default:
		m.State, m.Label = StateUnmapped, "Known to us"
	}
}

func guessProject(m *Meaning, raw string) {
	switch raw {
	case "new", "planned", "not started", "pending":
		m.State, m.Label, m.Turn = StateNew, "Planned", TurnProvider
	case "open", "active", "in progress", "started", "opened":
		m.State, m.Label, m.Turn = StateOpen, "In progress", TurnProvider
	case "on hold", "waiting", "stalled":
		m.State, m.Label, m.Turn = StateWaiting, "On hold", TurnProvider
	case "done", "closed", "complete", "completed", "finished", "resolved":
		m.State, m.Label = StateResolved, "Finished"
	case "cancelled", "canceled":
		m.State, m.Label = StateCancelled, "Not carried out"
	default:
		m.State, m.Label = StateUnmapped, "Known to us"
	}
}

func guessEvent(m *Meaning, raw string) {
	switch raw {
	case "confirmed", "scheduled", "busy":
		m.State, m.Label = StateOpen, "Planned"
	case "tentative", "needs-action":
		m.State, m.Label = StateNew, "Not yet certain"
	case "in-process":
		m.State, m.Label = StateOpen, "Under way"
	case "completed", "done":
		m.State, m.Label = StateResolved, "Done"
	case "cancelled", "canceled":
		m.State, m.Label = StateCancelled, "Called off"
	default:
		m.State, m.Label = StateUnmapped, "Planned"
	}
}
