package words_test

import (
	"testing"

	"portico/portal/ui/words"
)

func TestMoneyIsWrittenExactly(t *testing.T) {
	t.Parallel()
	r := words.Reader{Lang: "en"}
	for _, c := range [][3]string{
		{"1240", "EUR", "€1,240.00"}, {"-3.5", "USD", "−$3.50"}, {"0.1", "GBP", "£0.10"}, {"1234567.8912", "EUR", "€1,234,567.8912"}, {"12.3400", "EUR", "€12.34"},
		{"500", "JPY", "¥500"}, {"1.234", "KWD", "KWD\u00a01.234"}, {"-0.00", "EUR", "€0.00"}, {"99999999999999999999.5", "EUR", "€99999999999999999999.50"},
		{"7", "XQZ", "XQZ\u00a07.00"}, {"many", "EUR", "many EUR"}, {"", "EUR", " EUR"},
	} {
		if got := r.Money(c[0], c[1]); got != c[2] {
			t.Errorf("%s %s is written %q, want %q", c[0], c[1], got, c[2])
		}
	}
	for in, want := range map[string]string{"58.000": "58", "8.5": "8.5", "-12345.60": "−12,345.6", "about 3": "about 3"} {
		if got := r.Amount(in); got != want {
			t.Errorf("%s is written %q", in, got)
		}
	}
}
