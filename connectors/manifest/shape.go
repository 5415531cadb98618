package manifest

import "portico/sync/record"

// shapes lists what the map of each kind may say, in the order that the engine
// builds bodies from. A person is two keys.
var shapes = map[record.Kind][]string{
	record.KindAccount: {"name", "branch_of", "domains", "tax_id"},
	record.KindContact: {"name", "email", "phone", "time_zone", "disabled"},
	record.KindTicket: {"number", "subject", "status", "priority", "queue", "requester", "requester_email",
		"assignee", "assignee_email", "due", "resolved", "assets"},
	record.KindComment:    {"type", "author", "author_email", "staff", "html", "text", "field", "old", "new", "action_ref"},
	record.KindAttachment: {"name", "content_type", "size", "comment"},
	record.KindAsset: {"tag", "name", "model", "serial", "category", "status", "location", "held_by",
		"held_by_email", "warranty_until"},
}

// Shape returns the keys that the map of a kind may have, in a fixed order, or
// nil for a kind that is not known.
func Shape(kind record.Kind) []string { return shapes[kind] }
