package csvfolder_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/connectors/native/csvfolder"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

func companies(n int) string {
	var b strings.Builder
	b.WriteString("Kundennummer;Firma;E-Mail\n")
	for i := range n {
		fmt.Fprintf(&b, "K%d;\"Client; %d\";info@client%d.example\n", i, i, i)
	}
	return b.String()
}

func TestAFileIsReadOnceAndItsFactsAreAsOldAsTheFile(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	d.put("kunden.csv", companies(1200), 3*time.Hour)
	d.suggested("companies", nil)
	d.whole("companies")
	if len(d.have) != 1200 || len(d.rejects) > 0 {
		t.Fatalf("%d records, rejects %v", len(d.have), d.rejects)
	}
	got := d.have["K7"]
	if want := (record.Account{Name: "Client; 7"}); text(got.Body) != text(want) || got.Company != "K7" {
		t.Errorf("got %s", text(got))
	}
	if want := today.Add(-3 * time.Hour); !d.asOf.Equal(want) {
		t.Errorf("as of %v, want %v", d.asOf, want)
	}
	d.now = d.now.Add(time.Hour)
	d.whole("companies")
	if d.touched > 0 || !d.asOf.Equal(today.Add(-3*time.Hour)) {
		t.Errorf("a second pull handed over %d records, as of %v", d.touched, d.asOf)
	}
	if err := d.pull("companies", remote.Everything); err != nil || d.touched != 1200 || !d.asOf.Equal(today.Add(-3*time.Hour)) {
		t.Errorf("everything: %v, %d records, as of %v", err, d.touched, d.asOf)
	}
}

func TestKilledAtEveryPageAndResumed(t *testing.T) {
	t.Parallel()
	whole := newDrop(t)
	whole.put("kunden.csv", companies(2600)+"bad\n", 3*time.Hour)
	whole.suggested("companies", nil)
	whole.whole("companies")
	for at := 1; at <= 6; at++ {
		d := newDrop(t)
		d.put("kunden.csv", companies(2600)+"bad\n", 3*time.Hour)
		d.suggested("companies", nil)
		d.killAt = at
		if err := d.pull("companies", remote.Changes); !errors.Is(err, errKilled) {
			t.Fatalf("killed at page %d: %v", at, err)
		}
		if !d.asOf.IsZero() {
			t.Errorf("killed at page %d, and freshness moved", at)
		}
		before := d.touched
		d.killAt = 0
		d.whole("companies")
		if got, want := len(d.have), len(whole.have); got != want || before+d.touched != want {
			t.Errorf("killed at page %d: %d records, %d handed over, want %d", at, got, before+d.touched, want)
		}
		if !maps.EqualFunc(d.have, whole.have, func(a, b record.Record) bool { return text(a) == text(b) }) {
			t.Errorf("killed at page %d: other records", at)
		}
	}
}

func TestAFileThatIsStillWrittenWaits(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	d.put("kunden.csv", companies(3), time.Hour)
	d.suggested("companies", nil)
	d.put("kunden.csv", companies(2), 10*time.Second)
	if err := d.pull("companies", remote.Changes); !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Public(err), "once it has not changed") {
		t.Fatalf("a file of ten seconds ago: %v", err)
	}
	d.put("kunden.csv", companies(3), time.Hour)
	d.whole("companies")
	d.put("kunden.csv", companies(9), 5*time.Second)
	d.whole("companies")
	if d.touched != 0 || !d.asOf.Equal(today.Add(-time.Hour)) {
		t.Errorf("read %d rows of a file that is being written, as of %v", d.touched, d.asOf)
	}
	d.put("kunden.csv.part", "x", time.Hour)
	d.put(".kunden.csv", "x", time.Hour)
	d.conn.Settings["marker"] = "when a file of its name with .done lies beside it"
	d.put("kunden.csv", companies(9), 5*time.Minute)
	d.put("kunden.done", "", 10*time.Minute) // of the file before
	d.whole("companies")
	if d.touched != 0 {
		t.Error("a mark of the file before counted")
	}
	d.put("kunden.csv.done", "", time.Minute)
	d.whole("companies")
	if d.touched != 9 {
		t.Errorf("%d rows of a file that is marked", d.touched)
	}
}

// A whole file that is empty, cut or far too short changes no date and counts nothing.
func TestNothingIsDeletedByAFileThatFails(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]string{
		"empty":             "",
		"header only":       "Kundennummer;Firma;E-Mail\n",
		"cut in a row":      companies(100) + "K100;Cli",
		"cut in quotes":     companies(100) + "K100;\"Client",
		"half":              companies(50),
		"without its key":   strings.Replace(companies(100), "Kundennummer", "Nr.", 1),
		"another separator": strings.ReplaceAll(companies(100), ";", "\t"),
		"a web page":        "<html><body>Sign in</body></html>\n",
		"zeros":             strings.Repeat("\x00", 4096),
	} {
		d := newDrop(t)
		d.put("kunden.csv", companies(100), 2*time.Hour)
		d.suggested("companies", nil)
		d.whole("companies")
		if err := d.pull("companies", remote.Census); err != nil || len(d.seen) != 100 {
			t.Fatalf("census of a good file: %v, %d", err, len(d.seen))
		}
		d.put("kunden.csv", broken, time.Hour)
		err := d.pull("companies", remote.Changes)
		if err == nil || fault.Public(err) == "" || d.complete {
			t.Errorf("%s: pull says %v (complete %v)", name, err, d.complete)
		}
		if err := d.pull("companies", remote.Census); err == nil || d.complete {
			t.Errorf("%s: census says %v and saw %d", name, err, len(d.seen))
		}
		must(t, os.Remove(filepath.Join(d.root, "erp", "kunden.csv")))
		if err := d.pull("companies", remote.Census); !errors.Is(err, remote.ErrUncounted) {
			t.Errorf("census without a file: %v", err)
		}
		d.whole("companies") // what was read is as old as it is
		if !d.asOf.Equal(today.Add(-2 * time.Hour)) {
			t.Errorf("%s: as of %v", name, d.asOf)
		}
	}
}

func TestAShortFileCountsOnceSomebodySaysThatItIsRight(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	d.put("kunden.csv", companies(100), 2*time.Hour)
	d.suggested("companies", nil)
	d.whole("companies")
	d.put("kunden.csv", companies(60), time.Hour)
	if err := d.pull("companies", remote.Changes); !fault.Is(err, fault.Broken) || !strings.Contains(fault.Public(err), "60 rows and the file before had 100") {
		t.Fatalf("short: %v", err)
	}
	look, err := csvfolder.New().Look(t.Context(), d.conn, "companies", nil)
	must(t, err)
	l := *look.Table.Layout
	l.Accepted = look.File.Mark
	d.explain("companies", l)
	d.whole("companies")
	if !d.asOf.Equal(today.Add(-time.Hour)) {
		t.Errorf("as of %v", d.asOf)
	}
	if err := d.pull("companies", remote.Census); err != nil || len(d.seen) != 60 {
		t.Errorf("census: %v, %d", err, len(d.seen))
	}
}

func TestIncrementsAreReadInOrderAndDeleteNothingByAbsence(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	d.put("kunden-1.csv", "Kundennummer;Firma;Gelöscht\n1;Old;\n2;Two;nein\n", 5*time.Hour)
	d.put("kunden-2.csv", "Gelöscht;Kundennummer;Firma\n;1;New\n;1;Newest\nja;2;Two\n", 4*time.Hour)
	d.suggested("companies", func(l *remote.Layout) { l.Increment, l.Pattern = true, "kunden-*.csv" })
	d.whole("companies")
	if len(d.have) != 1 || d.have["1"].Body.Facets().Title != "Newest" {
		t.Fatalf("have %s", text(d.have))
	}
	if len(d.rejects) != 1 || !strings.Contains(d.rejects[0].Reason, "The later line counts") {
		t.Errorf("rejects %v", d.rejects)
	}
	if err := d.pull("companies", remote.Census); !errors.Is(err, remote.ErrUncounted) {
		t.Errorf("a census of increments: %v", err)
	}
	d.put("kunden-0.csv", "Kundennummer;Firma;Gelöscht\n1;Ancient;\n", 9*time.Hour)
	d.whole("companies")
	if d.have["1"].Body.Facets().Title != "Newest" || len(d.rejects) != 1 || !strings.Contains(d.rejects[0].Reason, "older than what was read") {
		t.Errorf("an older file that came late: %s, rejects %v", text(d.have["1"]), d.rejects)
	}
	d.whole("companies")
	if len(d.rejects) != 0 || d.touched != 0 {
		t.Errorf("again: rejects %v, touched %d", d.rejects, d.touched)
	}
	d.put("kunden-3.csv", "Kundennummer;Firma;Gelöscht\n3;Three;\n", 3*time.Hour)
	d.put("kunden-4.csv", "Kundennummer;Firma;Gelöscht\n3;Third;\n", 10*time.Second)
	d.whole("companies")
	if d.have["3"].Body.Facets().Title != "Three" || !d.asOf.Equal(today.Add(-3*time.Hour)) {
		t.Errorf("have %s as of %v", text(d.have["3"]), d.asOf)
	}
	if err := d.pull("companies", remote.Everything); err != nil || d.have["1"].Body.Facets().Title != "Newest" || !d.asOf.Equal(today.Add(-3*time.Hour)) {
		t.Errorf("everything: %v, %s, as of %v", err, text(d.have["1"]), d.asOf)
	}
}

func TestABadRowIsSetAsideWithItsLine(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	d.put("kunden.csv", companies(20), 2*time.Hour)
	d.suggested("companies", nil)
	d.put("kunden.csv", companies(20)+
		"K30;\"two\nlines\";\n"+ // lines 22 and 23
		";nameless;\n"+ // 24
		"K3;twice;\n"+ // 25
		"1,23E+11;rounded;\n"+ // 26
		"K31;#REF!;\n"+ // 27
		"K32;a;b;c;d\n"+ // 28
		"K33;zero\x00;\n"+ // 29
		"K34;bad\xff;\n"+ // 30
		"=\"0035\";kept;\n", time.Hour) // 31
	d.whole("companies")
	if len(d.have) != 22 || d.have["0035"].Body == nil || d.have["K30"].Body.Facets().Title != "two\nlines" {
		t.Errorf("%d records", len(d.have))
	}
	want := map[int]string{24: "it is empty", 25: "line 5 already", 26: "shortened", 27: "#REF!", 28: "5 cells", 29: "no text", 30: "encoding"}
	for line, why := range want {
		found := false
		for _, r := range d.rejects {
			found = found || strings.Contains(r.Reason, fmt.Sprintf("kunden.csv, line %d: ", line)) && strings.Contains(r.Reason, why)
		}
		if !found {
			t.Errorf("line %d (%s) is not among %v", line, why, d.rejects)
		}
	}
	if len(d.rejects) != len(want) {
		t.Errorf("rejects %v", d.rejects)
	}
	if err := d.pull("companies", remote.Census); !errors.Is(err, remote.ErrUncounted) {
		t.Errorf("a census over rows that cannot be read: %v", err)
	}
}

func TestAnotherOrderOfColumnsIsFineAndAnotherNameIsAsked(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	d.put("kunden.csv", companies(3), 3*time.Hour)
	d.suggested("companies", nil)
	d.put("kunden.csv", "New;Firma;Kundennummer\n;Client A;K0\n;Client B;K1\n;Client C;K2\n", 2*time.Hour)
	d.explain("companies", func() remote.Layout {
		look, err := csvfolder.New().Look(t.Context(), d.conn, "companies", nil)
		must(t, err)
		if strings.Join(look.New, " ") != "New" || len(look.Missing) != 0 {
			t.Errorf("new %v, missing %v", look.New, look.Missing)
		}
		return *look.Table.Layout
	}())
	d.whole("companies")
	if d.have["K1"].Body.Facets().Title != "Client B" {
		t.Errorf("have %s", text(d.have))
	}
	d.put("kunden.csv", "Name 1;Kundennummer\nClient A;K0\n", time.Hour)
	err := d.pull("companies", remote.Changes)
	if !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "no column Firma") {
		t.Errorf("a column that is gone: %v", err)
	}
	look, err := csvfolder.New().Look(t.Context(), d.conn, "companies", nil)
	if err != nil || strings.Join(look.Missing, " ") != "Firma" || look.Wrong["name"] == "" {
		t.Errorf("look: %v, missing %v, wrong %v", err, look.Missing, look.Wrong)
	}
}
