package engine

import "portico/sync/record"

// bodies builds a body from a mapper's fields. The numbers are places in
// manifest.Shape; a test holds the two together.
var bodies = map[record.Kind]func(*mapper) record.Body{
	record.KindAccount: func(m *mapper) record.Body {
		return record.Account{Name: m.string(0), Branch: m.string(1), Domains: m.strings(2), TaxID: m.string(3)}
	},
	record.KindContact: func(m *mapper) record.Body {
		return record.Contact{Name: m.string(0), Email: m.string(1), Phone: m.string(2), TimeZone: m.string(3), Disabled: m.bool(4)}
	},
	record.KindTicket: func(m *mapper) record.Body {
		return record.Ticket{
			Number: m.string(0), Subject: m.string(1), Status: m.string(2), Priority: m.string(3), Queue: m.string(4),
			Requester: m.person(5), Assignee: m.person(7), Due: m.date(9), Resolved: m.date(10), Assets: m.strings(11),
		}
	},
	record.KindComment: func(m *mapper) record.Body {
		return record.Comment{
			Type: record.CommentType(m.string(0)), Author: m.person(1), Staff: m.maybe(3), HTML: m.string(4), Text: m.string(5),
			Field: m.string(6), Old: m.string(7), New: m.string(8), ActionRef: m.string(9),
		}
	},
	record.KindAttachment: func(m *mapper) record.Body {
		return record.Attachment{Name: m.string(0), ContentType: m.string(1), Size: m.int(2), Comment: m.string(3)}
	},
	record.KindAsset: func(m *mapper) record.Body {
		return record.Asset{
			Tag: m.string(0), Name: m.string(1), Model: m.string(2), Serial: m.string(3), Category: m.string(4),
			Status: m.string(5), Location: m.string(6), HeldBy: m.person(7), WarrantyUntil: m.date(9),
		}
	},
}
