package words_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/portal/ui/words"
)

var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

func reader() words.Reader {
	return words.NewReader("en", "", berlin, time.Date(2026, 11, 19, 9, 6, 0, 0, berlin))
}

var (
	plain   = regexp.MustCompile(`\.(?:T|With)\("([^"]+)"[,)]`)
	counted = regexp.MustCompile(`\.N\("([^"]+)"`)
)

// Every text that a page asks for is in the catalogue. Keys that are put together
// (a status, a state) are tried where they are used.
func TestEveryKeyUsedExists(t *testing.T) {
	t.Parallel()
	found := 0
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".templ") && !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range plain.FindAllStringSubmatch(string(text), -1) {
			found++
			if !words.Has(m[1]) {
				t.Errorf("%s uses %q, which no catalogue has", path, m[1])
			}
		}
		for _, m := range counted.FindAllStringSubmatch(string(text), -1) {
			found++
			if !words.Has(m[1]+".one") || !words.Has(m[1]+".other") {
				t.Errorf("%s counts %q, which lacks .one or .other", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 100 {
		t.Fatalf("only %d keys were found: the search is broken", found)
	}
}

func TestUnknownLanguageAndZoneFallBack(t *testing.T) {
	t.Parallel()
	r := words.NewReader("tlh-Latn", "Middle/Earth", berlin, time.Now())
	if r.Lang != "en" || r.Zone != berlin {
		t.Errorf("%q %v", r.Lang, r.Zone)
	}
	r = words.NewReader("en-GB", "Asia/Tokyo", berlin, time.Now())
	if r.Lang != "en-GB" || r.Zone.String() != "Asia/Tokyo" || r.T("shell.more") != "More" {
		t.Errorf("%q %v %q", r.Lang, r.Zone, r.T("shell.more"))
	}
	if got := (words.Reader{}).T("shell.more"); got != "More" {
		t.Errorf("the zero reader says %q", got)
	}
	if got := r.T("no.such.key", 3); got != "no.such.key" {
		t.Errorf("a missing key says %q", got)
	}
}

func TestTimesInWords(t *testing.T) {
	t.Parallel()
	r := reader()
	at := func(y int, m time.Month, d, h, min int) time.Time {
		return time.Date(y, m, d, h, min, 0, 0, berlin).UTC()
	}
	for _, c := range []struct{ got, want string }{
		{r.Moment(at(2026, 11, 19, 9, 4)), "today, 09:04"},
		{r.Moment(at(2026, 11, 18, 23, 59)), "yesterday, 23:59"},
		{r.Moment(at(2026, 11, 20, 0, 1)), "tomorrow, 00:01"},
		{r.Moment(at(2026, 11, 17, 14, 26)), "Tue 17 Nov, 14:26"},
		{r.Moment(at(2025, 2, 3, 8, 0)), "3 Feb 2025, 08:00"},
		{r.Brief(at(2026, 11, 19, 8, 10)), "08:10"},
		{r.Brief(at(2026, 11, 17, 8, 10)), "Tue 17 Nov, 08:10"},
		{r.Exact(at(2026, 11, 19, 8, 10)), "19 Nov 2026, 08:10:00 CET"},
		{r.LongDay(r.Now), "Thursday 19 November 2026"},
		{r.Since(at(2026, 11, 19, 9, 5)), "since 09:05"},
		{r.Since(at(2026, 11, 17, 9, 5)), "since 17 Nov"},
		{r.Since(at(2024, 11, 17, 9, 5)), "since 17 Nov 2024"},
		{r.Calendar(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)), "31 Dec 2026"},
		{r.Weekday(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)), "Thursday"},
		{r.Second(at(2026, 11, 19, 8, 10)), "08:10:00"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestAges(t *testing.T) {
	t.Parallel()
	r := reader()
	for age, want := range map[time.Duration]string{
		-time.Hour: "just now", 59 * time.Second: "just now", time.Minute: "1 min ago", 59 * time.Minute: "59 min ago",
		time.Hour: "1 h ago", 23 * time.Hour: "23 h ago", 24 * time.Hour: "yesterday", 47 * time.Hour: "yesterday", 48 * time.Hour: "2 days ago",
	} {
		if got := r.Ago(r.Now.Add(-age)); got != want {
			t.Errorf("%v: %q, want %q", age, got, want)
		}
	}
	if got := r.AgoWords(); got != "just now|%d min ago|%d h ago|%d days ago|yesterday" {
		t.Errorf("the script is given %q", got)
	}
}

func TestSpansSizesAndNumbers(t *testing.T) {
	t.Parallel()
	r := reader()
	for _, c := range []struct{ got, want string }{
		{r.Span(28 * time.Hour), "1 d 4 h"}, {r.Span(48 * time.Hour), "2 d"}, {r.Span(200 * time.Minute), "3 h 20 min"},
		{r.Span(2 * time.Hour), "2 h"}, {r.Span(15 * time.Minute), "15 min"}, {r.Span(10 * time.Second), "1 min"},
		{r.Size(0), "0 B"}, {r.Size(999), "999 B"}, {r.Size(14_200), "14 kB"}, {r.Size(2_450_000), "2.5 MB"}, {r.Size(9_960), "10 kB"},
		{r.Number(999), "999"}, {r.Number(20_000), "20,000"}, {r.N("tickets.shown", 1), "1 request"}, {r.N("tickets.shown", 1200), "1,200 requests"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
