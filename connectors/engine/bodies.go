package engine

import "portico/sync/record"

// bodies builds a body from a mapper's fields. The numbers are places in
// manifest.Shape; a test holds the two together.
var bodies = map[record.Kind]func(*mapper) record.Body{
	record.KindAccount: func(m *mapper) record.Body {
		return record.Account{Name: m.string(0), Branch: m.string(1), Domains: m.strings(2), TaxID: m.string(3), Registration: m.string(4)}
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
	record.KindInvoice: func(m *mapper) record.Body {
		return record.Invoice{
			Number: m.string(0), Credit: m.bool(1), Title: m.string(2), Status: m.string(3), Currency: m.currency(4),
			Net: m.decimal(5), Tax: m.decimal(6), Total: m.decimal(7), Balance: m.decimal(8), Reference: m.string(9),
			Issued: m.day(10), Due: m.day(11), PayURL: m.string(12), Contract: m.string(13), Lines: m.lines(14),
		}
	},
	record.KindPayment: func(m *mapper) record.Body {
		return record.Payment{
			Reference: m.string(0), Refund: m.bool(1), Status: m.string(2), Method: m.string(3), Currency: m.currency(4),
			Amount: m.decimal(5), Paid: m.day(6), Applied: m.applied(7), ActionRef: m.string(8),
		}
	},
	record.KindQuote: func(m *mapper) record.Body {
		return record.Quote{
			Number: m.string(0), Title: m.string(1), Status: m.string(2), Currency: m.currency(3), Net: m.decimal(4),
			Tax: m.decimal(5), Total: m.decimal(6), Issued: m.day(7), ValidUntil: m.day(8), Lines: m.lines(9),
		}
	},
	record.KindContract: func(m *mapper) record.Body {
		return record.Contract{
			Number: m.string(0), Name: m.string(1), Type: m.string(2), Status: m.string(3), Terms: m.string(4),
			Currency: m.currency(5), Value: m.decimal(6), Period: m.string(7), Included: m.decimal(8), Used: m.decimal(9),
			Unit: m.string(10), Start: m.day(11), End: m.day(12), Renewal: m.day(13), Notice: m.day(14),
		}
	},
	record.KindProject: func(m *mapper) record.Body {
		return record.Project{
			Number: m.string(0), Name: m.string(1), Status: m.string(2), Text: m.string(3), Manager: m.person(4),
			Start: m.day(6), Due: m.day(7), Done: m.decimal(8),
		}
	},
	record.KindDocument: func(m *mapper) record.Body {
		return record.Document{
			Name: m.string(0), Folder: m.string(1), ContentType: m.string(2), Size: m.int(3), Revision: m.string(4),
			Hash: m.string(5), Project: m.string(6), Author: m.person(7),
		}
	},
	record.KindEvent: func(m *mapper) record.Body {
		return record.Event{
			Title: m.string(0), Text: m.string(1), Type: m.string(2), Status: m.string(3), Location: m.string(4),
			Start: m.date(5), End: m.date(6), AllDay: m.bool(7), Zone: m.string(8), Acknowledged: m.bool(9),
		}
	},
	record.KindTimeEntry: func(m *mapper) record.Body {
		return record.TimeEntry{
			Text: m.string(0), Person: m.person(1), Hours: m.decimal(3), Billable: m.bool(4), Worked: m.date(5),
			Ticket: m.string(6), Project: m.string(7), Contract: m.string(8), Invoice: m.string(9),
		}
	},
}
