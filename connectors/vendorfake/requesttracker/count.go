package requesttracker

import (
	"slices"
	"strings"
)

// What a test asks afterwards: did it happen, and how often?

// Correspondences counts the public replies of a ticket that contain a text.
func (f *Fake) Correspondences(ticket int, containing string) int {
	return f.messages(ticket, "Correspond", containing)
}

// Comments counts the internal comments of a ticket that contain a text.
func (f *Fake) Comments(ticket int, containing string) int {
	return f.messages(ticket, "Comment", containing)
}

func (f *Fake) messages(ticket int, kind, containing string) int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	n := 0
	for _, tx := range f.historyOf(onTicket, f.mustTicket(ticket).Effective) {
		said := func(a *attachment) bool { return strings.Contains(string(a.Content), containing) }
		if tx.Type == kind && slices.ContainsFunc(f.parts[tx.ID], said) {
			n++
		}
	}
	return n
}

// TicketsWith returns the ids of the tickets, deleted and merged ones too, whose
// subject, first message or custom fields contain a text.
func (f *Fake) TicketsWith(containing string) []int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var out []int
	for _, t := range f.db.Tickets {
		texts := []string{t.Subject}
		for _, v := range t.Fields {
			texts = append(texts, v)
		}
		for _, a := range f.parts[f.history[objectKey{onTicket, t.ID}][0].ID] {
			texts = append(texts, string(a.Content))
		}
		if slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, containing) }) {
			out = append(out, t.ID)
		}
	}
	return out
}

// Status returns the status of a ticket.
func (f *Fake) Status(ticket int) string {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.mustTicket(ticket).Status
}

// StatusChanges counts how often a user gave a ticket a status.
func (f *Fake) StatusChanges(ticket int, by, status string) int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	n := 0
	for _, tx := range f.historyOf(onTicket, f.mustTicket(ticket).Effective) {
		if tx.Type == "Status" && tx.New == status && tx.Creator == by {
			n++
		}
	}
	return n
}

// Newest returns the id of the newest transaction of any object.
func (f *Fake) Newest() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if n := len(f.db.Transactions); n > 0 {
		return f.db.Transactions[n-1].ID
	}
	return 0
}
