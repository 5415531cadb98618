package manifest

import "portico/sync/record"

// shapes lists what the map of each kind may say, in the order that the engine
// builds bodies from. A person is two keys.
var shapes = map[record.Kind][]string{
	record.KindAccount: {"name", "branch_of", "domains", "tax_id", "registration"},
	record.KindContact: {"name", "email", "phone", "time_zone", "disabled"},
	record.KindTicket: {"number", "subject", "status", "priority", "queue", "requester", "requester_email",
		"assignee", "assignee_email", "due", "resolved", "assets"},
	record.KindComment:    {"type", "author", "author_email", "staff", "html", "text", "field", "old", "new", "action_ref"},
	record.KindAttachment: {"name", "content_type", "size", "comment"},
	record.KindAsset: {"tag", "name", "model", "serial", "category", "status", "location", "held_by",
		"held_by_email", "warranty_until"},
	record.KindInvoice: {"number", "credit", "title", "status", "currency", "net", "tax", "total", "balance", "reference",
		"issued", "due", "pay_url", "contract", "lines"},
	record.KindPayment: {"reference", "refund", "status", "method", "currency", "amount", "paid", "applied", "action_ref"},
	record.KindQuote:   {"number", "title", "status", "currency", "net", "tax", "total", "issued", "valid_until", "lines"},
	record.KindContract: {"number", "name", "type", "status", "terms", "currency", "value", "period", "included", "used", "unit",
		"start", "end", "renewal", "notice"},
	record.KindProject:   {"number", "name", "status", "text", "manager", "manager_email", "start", "due", "done"},
	record.KindDocument:  {"name", "folder", "content_type", "size", "revision", "hash", "project", "author", "author_email"},
	record.KindEvent:     {"title", "text", "type", "status", "location", "start", "end", "all_day", "zone", "acknowledged"},
	record.KindTimeEntry: {"text", "person", "person_email", "hours", "billable", "worked", "ticket", "project", "contract", "invoice"},
}

// Shape returns the keys that the map of a kind may have, in a fixed order, or
// nil for a kind that is not known.
func Shape(kind record.Kind) []string { return shapes[kind] }
