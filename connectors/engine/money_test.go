package engine

import (
	"testing"

	"portico/connectors/manifest"
	"portico/sync/record"
)

func TestDecimalsKeepWhatTheSourceWrote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]record.Decimal{"19.90": "19.90", "-0.5": "-0.5", "": "", " 7 ": "7", "12345678901234567890.123456789": "12345678901234567890.123456789"} {
		if got, err := decimalOf(in); err != nil || got != want {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
	for _, in := range []string{"1,000.00", "1.000,00", "1e3", "EUR 5", "1.2.3", ".5", "5.", "-", ".", "NaN", "٣"} {
		if got, err := decimalOf(in); err == nil {
			t.Errorf("%q was read as %q", in, got)
		}
	}
}

// Every kind that a map can be written for has a builder, whose body says that
// it is of this kind.
func TestEveryShapeHasItsBody(t *testing.T) {
	t.Parallel()
	kinds := []record.Kind{
		record.KindAccount, record.KindContact, record.KindTicket, record.KindComment, record.KindAttachment, record.KindAsset, record.KindInvoice,
		record.KindPayment, record.KindQuote, record.KindContract, record.KindProject, record.KindDocument, record.KindEvent, record.KindTimeEntry,
	}
	for _, kind := range kinds {
		keys := manifest.Shape(kind)
		m := &mapper{emit: &manifest.Emit{Fields: make([]manifest.Expr, len(keys))}}
		build := bodies[kind]
		if len(keys) == 0 || build == nil {
			t.Errorf("%s: %d keys, builder %v", kind, len(keys), build != nil)
			continue
		}
		body := build(m)
		if body.Kind() != kind {
			t.Errorf("%s makes a %s", kind, body.Kind())
		}
		if _, err := record.DecodeBody(kind, []byte("{}")); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if len(kinds) != len(bodies) {
		t.Errorf("%d kinds, %d builders", len(kinds), len(bodies))
	}
}
