package record_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"portico/sync/record"
)

func TestDecimalsAreExact(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]record.Decimal{
		{"0.1", "0.2", "0.3"}, {"1190.00", "-1190", "0.00"}, {"", "5", "5"}, {"-0.05", "0.01", "-0.04"}, {"99999999999999999999.99", "0.01", "100000000000000000000.00"},
		{"1.5", "nonsense", "1.5"}, {"+2", "3", "5"},
	} {
		if got := c[0].Add(c[1]); got != c[2] {
			t.Errorf("%s + %s = %s", c[0], c[1], got)
		}
	}
	if record.Decimal("1.0").Cmp("1") != 0 || record.Decimal("-1").Sign() != -1 || record.Decimal("").Sign() != 0 || record.Decimal("418.60").Share("11844.90") != 35 || record.Decimal("1").Share("0") != 0 {
		t.Error("they compare as something else")
	}
	rapid.Check(t, func(rt *rapid.T) {
		a, b := record.Decimal(rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,6})?`).Draw(rt, "a")), record.Decimal(rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,6})?`).Draw(rt, "b"))
		if a.Add(b).Sub(b).Cmp(a) != 0 || a.Add(b) != b.Add(a) || a.Sub(b).Sign() != a.Cmp(b) {
			rt.Errorf("%s and %s", a, b)
		}
	})
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

func invoice(currency string, total, balance record.Decimal, due string, state record.State) record.Detail {
	return record.Detail{Row: record.Row{Kind: record.KindInvoice, State: state}, Body: record.Invoice{Currency: currency, Total: total, Balance: balance, Due: day(due)}}
}

func TestCurrenciesAreNeverAddedTogether(t *testing.T) {
	t.Parallel()
	credit := invoice("EUR", "100", "40.5", "2026-11-01", record.StateOpen)
	body := credit.Body.(record.Invoice)
	body.Credit = true
	credit.Body = body
	rows := []record.Detail{
		invoice("EUR", "10", "10", "2026-11-23", record.StateOpen),       // due tomorrow
		invoice("EUR", "20.10", "20.10", "2026-11-22", record.StateOpen), // due today: not late
		invoice("EUR", "30", "5", "2026-11-21", record.StateUnmapped),    // one day late, a part is paid
		invoice("EUR", "40", "", "2026-10-22", record.StateOpen),         // 31 days; no balance is told
		invoice("EUR", "50", "50", "2026-09-22", record.StateOpen),       // 61 days
		invoice("EUR", "60", "0.00", "2026-01-01", record.StateOpen),     // paid, whatever its status says
		invoice("EUR", "70", "70", "2026-01-01", record.StateClosed),     // written off
		invoice("USD", "1000", "1000", "2026-12-31", record.StateOpen), credit,
		{Body: record.Payment{}},
	}
	sums := record.Sums(record.Bills(rows), day("2026-11-22"))
	if len(sums) != 2 || sums[0].Currency != "EUR" || sums[1].Open != "1000" {
		t.Fatalf("%+v", sums)
	}
	if s := sums[0]; s.Open != "125.10" || s.Ages != [4]record.Decimal{"30.10", "5", "40", "50"} || s.Credit != "40.5" || s.Bills != 5 || s.Late != 3 || s.Overdue() != "95" {
		t.Errorf("%+v", s)
	}
	bills := record.Bills(rows)
	if !bills[2].Part() || bills[0].Part() || bills[3].Told || bills[5].Open() || bills[6].Open() || bills[8].Open() || bills[8].Late(day("2026-11-22")) != 0 {
		t.Error("bills are something else")
	}
}

func TestTaxIsToldByRateOnlyWhereItIsAllOfIt(t *testing.T) {
	t.Parallel()
	lines := []record.Line{{Tax: "19", TaxName: "VAT 19 %"}, {Tax: "7.00", TaxName: "VAT 7 %"}, {Tax: "1.9", TaxName: "VAT 19 %"}, {Text: "a remark"}}
	if got := record.TaxRates(lines, "27.90"); len(got) != 2 || got[0] != (record.TaxRate{Name: "VAT 19 %", Tax: "20.9"}) || got[1].Tax != "7.00" {
		t.Errorf("%+v", got)
	}
	if got := record.TaxRates(lines, "28"); got != nil {
		t.Errorf("rates that do not come to the tax are shown: %+v", got)
	}
}

func TestAnOfferEndsWhenItsDayIsOverEverywhere(t *testing.T) {
	t.Parallel()
	q := record.Quote{ValidUntil: day("2026-11-22")}
	if q.Expired(day("2026-11-23").Add(11*time.Hour)) || !q.Expired(day("2026-11-23").Add(12*time.Hour)) || (record.Quote{}).Expired(day("2099-01-01")) {
		t.Error("it ends at another time")
	}
}
