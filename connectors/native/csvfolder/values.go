package csvfolder

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"portico/sync/record"
	"portico/sync/remote"
)

// Ways in which days are written. What is year, month and day is never guessed from
// one value: the same order holds for the whole column.
var dayFormats = []remote.TableFormat{
	{Name: "dmy", Label: "Day first: 31.12.2026"}, {Name: "mdy", Label: "Month first: 12/31/2026"},
	{Name: "ymd", Label: "Year first: 2026-12-31"}, {Name: "serial", Label: "Excel’s number of a day: 46387"},
}

// Ways in which numbers are written.
var numberFormats = []remote.TableFormat{
	{Name: "point", Label: "1,234.56"}, {Name: "comma", Label: "1.234,56"},
}

// trim takes off what spreadsheets put around a text: spaces of every kind, and ="…",
// by which a number is kept as text.
func trim(cell string) string {
	cell = strings.TrimFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' })
	if strings.HasPrefix(cell, `="`) && strings.HasSuffix(cell, `"`) && len(cell) > 2 {
		return strings.TrimSpace(cell[2 : len(cell)-1])
	}
	return cell
}

// broken are what spreadsheets write where they had no value.
var broken = regexp.MustCompile(`^(#(N/A|NV|REF!|BEZUG!|VALUE!|WERT!|NAME\?|DIV/0!|NULL!|NUM!|ZAHL!)|#{4,})$`)

// shortened is a long number that a spreadsheet has rounded.
var shortened = regexp.MustCompile(`^\d([.,]\d+)?[eE]\+\d+$`)

// number reads an exact decimal with the mark given. Signs, groups of three, and
// currencies around it are understood; anything else is an error.
func number(text, mark string) (record.Decimal, error) {
	bad := func() (record.Decimal, error) { return "", fmt.Errorf("%q is no number", clip(text, 40)) }
	t := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\'' || r == '’' || unicode.Is(unicode.Sc, r) || r == '%' {
			return -1
		}
		if r == '−' || r == '–' {
			return '-'
		}
		return r
	}, text)
	negative := false
	if strings.HasPrefix(t, "(") && strings.HasSuffix(t, ")") {
		negative, t = true, t[1:len(t)-1]
	}
	t = currencies.ReplaceAllString(t, "")
	switch {
	case strings.HasPrefix(t, "-"):
		negative, t = !negative, t[1:]
	case strings.HasSuffix(t, "-"):
		negative, t = !negative, t[:len(t)-1]
	case strings.HasPrefix(t, "+"):
		t = t[1:]
	}
	point, group := ".", ","
	if mark == "comma" {
		point, group = ",", "."
	}
	whole, part, _ := strings.Cut(t, point)
	if groups := strings.Split(whole, group); len(groups) > 1 {
		for i, g := range groups {
			if i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
				return bad()
			}
		}
		whole = strings.Join(groups, "")
	}
	if whole == "" {
		whole = "0"
	}
	if !digits(whole) || part != "" && !digits(part) || part == "" && strings.TrimLeft(t, "0") == "" && t == "" || len(whole)+len(part) > 36 {
		return bad()
	}
	out := strings.TrimLeft(whole, "0")
	if out == "" {
		out = "0"
	}
	if part != "" {
		out += "." + part
	}
	if negative && strings.Trim(out, "0.") != "" {
		out = "-" + out
	}
	return record.Decimal(out), nil
}

// currencies are codes in front of or behind a number.
var currencies = regexp.MustCompile(`^[A-Za-z]{3}|[A-Za-z]{3}$|^[A-Za-z]{1,2}\.|[A-Za-z]{1,2}\.$`)

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// yes reads a box that is ticked or not.
func yes(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "1", "yes", "y", "true", "t", "x", "ja", "j", "wahr", "oui", "o", "vrai", "on", "✓", "-1":
		return true, nil
	case "", "0", "no", "n", "false", "f", "nein", "falsch", "non", "faux", "off", "-":
		return false, nil
	default:
		return false, fmt.Errorf("%q is neither yes nor no", clip(text, 40))
	}
}

var (
	dayParts  = regexp.MustCompile(`^(\d{1,4})\s*[./\- ]\s*(\d{1,2}|\p{L}{3,12}\.?)\s*[./\- ]\s*(\d{1,4})$`)
	namedDay  = regexp.MustCompile(`^(\p{L}{3,12})\.?\s+(\d{1,2}),?\s+(\d{4})$`) // December 31, 2026
	clockPart = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|[+-]\d{2}:?\d{2})?$`)
)

// months by their names in English, German and French, by the first letters that tell them apart.
var months = []struct {
	begins string
	month  time.Month
}{
	{"jan", 1}, {"jän", 1}, {"feb", 2}, {"fév", 2}, {"fev", 2}, {"mar", 3}, {"mär", 3}, {"mrz", 3}, {"apr", 4}, {"avr", 4}, {"may", 5}, {"mai", 5},
	{"juin", 6}, {"juil", 7}, {"jun", 6}, {"jul", 7}, {"aug", 8}, {"aoû", 8}, {"aou", 8}, {"sep", 9}, {"oct", 10}, {"okt", 10}, {"nov", 11}, {"dec", 12}, {"dez", 12}, {"déc", 12},
}

func monthOf(text string) (time.Month, bool) {
	low := strings.ToLower(text)
	for _, m := range months {
		if strings.HasPrefix(low, m.begins) {
			return m.month, true
		}
	}
	n, err := strconv.Atoi(text)
	return time.Month(n), err == nil
}

// moment reads a day, or a time of a day, written in an order. A time without a zone
// is in zone. ofDay says that no time stood there: the day is then midnight UTC.
func moment(text, order string, zone *time.Location) (at time.Time, ofDay bool, err error) {
	bad := fmt.Errorf("%q is no date that is written like this", clip(text, 40))
	if order == "serial" {
		return serial(text, zone)
	}
	if order == "ymd" {
		for _, layout := range []string{time.RFC3339Nano, "20060102"} {
			if at, err := time.Parse(layout, text); err == nil {
				return at.UTC(), layout == "20060102", nil
			}
		}
	}
	day, clock := text, ""
	if i := strings.IndexAny(text, "T "); i > 0 && strings.Contains(text, ":") {
		colon := strings.IndexByte(text, ':')
		if i = strings.LastIndexAny(text[:colon], "T ,"); i > 0 {
			day, clock = strings.TrimRight(text[:i], ", T"), strings.TrimSpace(text[i+1:])
		}
	}
	y, m, d, ok := dayOf(day, order)
	if !ok {
		return at, false, bad
	}
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if midnight.Day() != d || midnight.Month() != m {
		return at, false, fmt.Errorf("%q is a day that does not exist", clip(text, 40))
	}
	if clock == "" {
		return midnight, true, nil
	}
	at, ok = clockOf(clock, y, m, d, zone)
	if !ok {
		return at, false, bad
	}
	return at, false, nil
}

// dayOf reads year, month and day in an order.
func dayOf(text, order string) (y int, m time.Month, d int, ok bool) {
	if p := namedDay.FindStringSubmatch(text); p != nil {
		text = p[2] + " " + p[1] + " " + p[3] // a name cannot be taken for a day
	}
	p := dayParts.FindStringSubmatch(strings.ReplaceAll(strings.ReplaceAll(text, ". ", "."), "  ", " "))
	if p == nil {
		return 0, 0, 0, false
	}
	year, month, day := p[3], p[2], p[1]
	switch {
	case order == "ymd":
		year, day = p[1], p[3]
	case order == "mdy" && digits(p[2]):
		month, day = p[1], p[2]
	}
	if len(year) != 4 && len(year) != 2 || len(day) > 2 {
		return 0, 0, 0, false
	}
	y, _ = strconv.Atoi(year) // digits only
	if len(year) == 2 {
		y += 2000
	}
	m, ok = monthOf(month)
	d, err := strconv.Atoi(day)
	return y, m, d, ok && err == nil && y >= 1900 && m >= 1 && m <= 12
}

func clockOf(text string, y int, m time.Month, d int, zone *time.Location) (time.Time, bool) {
	p := clockPart.FindStringSubmatch(text)
	if p == nil {
		return time.Time{}, false
	}
	hour, _ := strconv.Atoi(p[1])
	minute, _ := strconv.Atoi(p[2])
	second, _ := strconv.Atoi(p[3])
	if half := strings.ToLower(strings.ReplaceAll(p[4], ".", "")); half != "" {
		if hour < 1 || hour > 12 {
			return time.Time{}, false
		}
		if hour %= 12; half == "pm" {
			hour += 12
		}
	}
	if hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	if p[5] == "Z" {
		zone = time.UTC
	} else if p[5] != "" {
		at, err := time.Parse("-0700", strings.ReplaceAll(p[5], ":", ""))
		if err != nil {
			return time.Time{}, false
		}
		zone = at.Location()
	}
	return time.Date(y, m, d, hour, minute, second, 0, zone).UTC(), true
}

// serial reads Excel's count of days since the last day of 1899.
func serial(text string, zone *time.Location) (time.Time, bool, error) {
	n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
	if err != nil || n < 1 || n > 2_958_465 {
		return time.Time{}, false, fmt.Errorf("%q is no number of a day", clip(text, 40))
	}
	days := int(n)
	if part := n - float64(days); part > 0 {
		seconds := int(part*86400 + .5)
		return time.Date(1899, 12, 30+days, 0, 0, seconds, 0, zone).UTC(), false, nil
	}
	return time.Date(1899, 12, 30+days, 0, 0, 0, 0, time.UTC), true, nil
}
