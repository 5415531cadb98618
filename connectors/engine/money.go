package engine

import (
	"fmt"
	"strings"
	"time"

	"portico/connectors/manifest/tree"
	"portico/sync/record"
)

// decimal reads a number with all its digits, as the source wrote it.
func (m *mapper) decimal(i int) record.Decimal {
	v := m.value(&m.emit.Fields[i])
	digits, ok := v.Digits()
	if !ok {
		digits, ok = v.Scalar()
	}
	out, err := decimalOf(digits)
	if !ok || err != nil {
		m.fail(fmt.Errorf("%s: %q is not a decimal number", m.emit.Fields[i].Source, clip(digits, 40)))
	}
	return out
}

// decimalOf accepts digits with an optional sign and point. An exponent, a comma
// or a currency sign is for the manifest to put right: it cannot be guessed.
func decimalOf(text string) (record.Decimal, error) {
	text = strings.TrimSpace(text)
	digits := 0
	for at, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '-' && at == 0:
		case r == '.' && at > 0 && at < len(text)-1 && strings.Count(text, ".") == 1:
		default:
			return "", fmt.Errorf("%q is not a decimal number", clip(text, 40))
		}
	}
	if text != "" && digits == 0 {
		return "", fmt.Errorf("%q is not a decimal number", clip(text, 40))
	}
	return record.Decimal(text), nil
}

// currency reads an ISO 4217 code in either case.
func (m *mapper) currency(i int) string { return strings.ToUpper(m.string(i)) }

// day reads a date; of a moment, its date where the source entered it.
func (m *mapper) day(i int) time.Time {
	v := m.value(&m.emit.Fields[i])
	if v.String() == never {
		return time.Time{}
	}
	at, err := momentOf(v)
	if err != nil {
		m.fail(fmt.Errorf("%s: %w", m.emit.Fields[i].Source, err))
	}
	if at.Unix() <= 0 || at.Unix() >= endOfTime {
		return time.Time{}
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// lines reads the positions of an invoice or a quote: a list of objects with the
// keys that record.Line has in JSON.
func (m *mapper) lines(i int) []record.Line {
	var out []record.Line
	for part := range m.parts(i, "text", "quantity", "unit", "price", "net", "tax", "tax_name", "ticket", "contract", "project") {
		out = append(out, record.Line{
			Text: part.text("text"), Quantity: part.decimal("quantity"), Unit: part.text("unit"), Price: part.decimal("price"),
			Net: part.decimal("net"), Tax: part.decimal("tax"), TaxName: part.text("tax_name"),
			Ticket: part.text("ticket"), Contract: part.text("contract"), Project: part.text("project"),
		})
	}
	return out
}

// applied reads which invoices a payment settles: objects with invoice and amount.
func (m *mapper) applied(i int) []record.Applied {
	var out []record.Applied
	for part := range m.parts(i, "invoice", "amount") {
		out = append(out, record.Applied{Invoice: part.text("invoice"), Amount: part.decimal("amount")})
	}
	return out
}

// part is one object of a list that a map builds.
type part struct {
	m      *mapper
	source string
	of     map[string]any
}

// parts visits the objects of a list. A key that the kind does not know is a
// mistake of the manifest and rejects the record.
func (m *mapper) parts(i int, keys ...string) func(yield func(part) bool) {
	return func(yield func(part) bool) {
		e := &m.emit.Fields[i]
		if !e.Set() {
			return
		}
		for one := range each(m.value(e)) {
			object, ok := one.Plain().(map[string]any)
			if !ok {
				if one.Kind() != tree.Nothing {
					m.fail(fmt.Errorf("%s: an entry is %T, not an object", e.Source, one.Plain()))
				}
				return
			}
			if unknown := stranger(object, keys); unknown != "" {
				m.fail(fmt.Errorf("%s: an entry has the key %q; there are %s", e.Source, unknown, strings.Join(keys, ", ")))
				return
			}
			if !yield(part{m, e.Source, object}) {
				return
			}
		}
	}
}

// stranger is a key that is none of those given, or "".
func stranger(object map[string]any, keys []string) string {
	for key := range object {
		known := false
		for _, k := range keys {
			known = known || k == key
		}
		if !known {
			return key
		}
	}
	return ""
}

func (p part) text(key string) string {
	text, ok := tree.Of(p.of[key]).Scalar()
	if !ok {
		p.m.fail(fmt.Errorf("%s: %s is %T, not text", p.source, key, p.of[key]))
	}
	return clean(text)
}

func (p part) decimal(key string) record.Decimal {
	text, err := decimalOf(p.text(key))
	if err != nil {
		p.m.fail(fmt.Errorf("%s: %s: %w", p.source, key, err))
	}
	return text
}
