package action_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"portico/sync/action"
	"portico/sync/fault"
)

func TestAnInputHoldsExactlyWhatItsKindHas(t *testing.T) {
	t.Parallel()
	paid := map[string]string{"amount": "10.50", "currency": "EUR", "date": "2026-11-22"}
	with := func(name, value string) action.Input {
		f := maps.Clone(paid)
		f[name] = value
		return action.Input{Fields: f}
	}
	for name, c := range map[string]struct {
		kind action.Kind
		in   action.Input
		bad  string // the fields that are refused
	}{
		"a payment":              {action.PaymentRecord, action.Input{Fields: paid}, ""},
		"with a reference":       {action.PaymentRecord, with("reference", "RE-7"), ""},
		"nothing":                {action.PaymentRecord, action.Input{}, "amount currency date"},
		"zero":                   {action.PaymentRecord, with("amount", "0.00"), "amount"},
		"less than nothing":      {action.PaymentRecord, with("amount", "-1"), "amount"},
		"as computers write it":  {action.PaymentRecord, with("amount", "1e3"), "amount"},
		"with a comma":           {action.PaymentRecord, with("amount", "1,50"), "amount"},
		"too many digits":        {action.PaymentRecord, with("amount", "1234567890123456"), "amount"},
		"no currency":            {action.PaymentRecord, with("currency", "euro"), "currency"},
		"no day":                 {action.PaymentRecord, with("date", "2026-02-30"), "date"},
		"another field":          {action.PaymentRecord, with("folder", "x"), "folder"},
		"two lines":              {action.PaymentRecord, with("method", "a\nb"), "method"},
		"with a file":            {action.PaymentRecord, action.Input{Fields: paid, Files: []action.File{{}}}, "files"},
		"declined":               {action.QuoteDecline, action.Input{Text: "Too dear."}, ""},
		"declined without words": {action.QuoteDecline, action.Input{Text: " \n"}, "text"},
		"accepted":               {action.QuoteAccept, action.Input{}, ""},
		"accepted for an amount": {action.QuoteAccept, action.Input{Fields: paid}, "amount currency date"},
		"too many words":         {action.QuoteAccept, action.Input{Text: strings.Repeat("x", action.MaxText+1)}, "text"},
		"uploaded":               {action.DocumentUpload, action.Input{Files: []action.File{{}}, Fields: map[string]string{"folder": "Plans"}}, ""},
		"uploaded nothing":       {action.DocumentUpload, action.Input{}, "files"},
		"a reply":                {action.TicketReply, action.Input{Text: "words"}, ""},
	} {
		err := action.CheckInput(c.kind, c.in)
		if got := strings.Join(slices.Sorted(maps.Keys(fault.Fields(err))), " "); got != c.bad || (err != nil) != (c.bad != "") {
			t.Errorf("%s: %v, fields %q", name, err, got)
		}
	}
}

func TestEveryKindIsListedAndAboutSomething(t *testing.T) {
	t.Parallel()
	for _, k := range action.Kinds {
		if k.About() == "" {
			t.Errorf("%s is about nothing", k)
		}
		for _, r := range k.Rivals() {
			if r.About() != k.About() || !slices.Contains(r.Rivals(), k) {
				t.Errorf("%s and %s are no rivals of each other", k, r)
			}
		}
	}
}
