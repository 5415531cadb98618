package ical_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/connectors/native/caldav/ical"
)

// window is the first half of 2026.
var window = ical.Window{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}

func calendar(parts ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(parts, "") + "END:VCALENDAR\r\n")
}

func event(lines ...string) string {
	return "BEGIN:VEVENT\r\nUID:one\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
}

// unrolled lists the occurrences as "id start end", problems instead when there are some.
func unrolled(t *testing.T, data []byte) []string {
	t.Helper()
	root, err := ical.Parse(data)
	if err != nil {
		return []string{err.Error()}
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	list, problems := ical.Occurrences(root, berlin, window)
	var out []string
	for _, p := range problems {
		out = append(out, p.Error())
	}
	for _, o := range list {
		end := "-"
		if !o.End.IsZero() {
			end = o.End.Format("0102T1504")
		}
		out = append(out, strings.TrimSpace(fmt.Sprint(o.ID, " ", o.Start.Format("0102T1504"), " ", end)))
	}
	return out
}

func TestWhenEventsHappen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data []byte
		want []string
	}{
		"UTC":                 {calendar(event("DTSTART:20260302T220000Z", "DTEND:20260302T233000Z")), []string{"0302T2200 0302T2330"}},
		"a zone, summer":      {calendar(event("DTSTART;TZID=Europe/Berlin:20260602T220000", "DURATION:PT90M")), []string{"0602T2000 0602T2130"}},
		"a zone with a path":  {calendar(event("DTSTART;TZID=/vendor.example/20/Europe/Berlin:20260602T220000")), []string{"0602T2000 -"}},
		"no zone":             {calendar(event("DTSTART:20260302T220000")), []string{"0302T2100 -"}},
		"a day":               {calendar(event("DTSTART;VALUE=DATE:20260302")), []string{"0302T0000 0303T0000"}},
		"a day to itself":     {calendar(event("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260302")), []string{"0302T0000 0303T0000"}},
		"days":                {calendar(event("DTSTART;VALUE=DATE:20260302", "DURATION:P2D")), []string{"0302T0000 0304T0000"}},
		"long ago, alone":     {calendar(event("DTSTART:19990302T220000Z")), []string{"0302T2200 -"}},
		"over a clock change": {calendar(event("DTSTART;TZID=Europe/Berlin:20260322T210000", "DTEND;TZID=Europe/Berlin:20260322T220000", "RRULE:FREQ=WEEKLY;COUNT=2")), []string{"20260322T200000Z 0322T2000 0322T2100", "20260329T190000Z 0329T1900 0329T2000"}},
		"until, in UTC":       {calendar(event("DTSTART;TZID=Europe/Berlin:20260302T003000", "RRULE:FREQ=DAILY;UNTIL=20260302T233000Z")), []string{"20260301T233000Z 0301T2330 -", "20260302T233000Z 0302T2330 -"}},
		"until, a day":        {calendar(event("DTSTART:20260302T100000Z", "RRULE:FREQ=DAILY;UNTIL=20260303")), []string{"20260302T100000Z 0302T1000 -", "20260303T100000Z 0303T1000 -"}},
		"taken out and added": {calendar(event("DTSTART:20260302T100000Z", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260303T100000Z", "RDATE:20260310T120000Z,20260302T100000Z")), []string{"20260302T100000Z 0302T1000 -", "20260304T100000Z 0304T1000 -", "20260310T120000Z 0310T1200 -"}},
		"one was moved": {calendar(event("DTSTART:20260302T100000Z", "RRULE:FREQ=DAILY;COUNT=2"), event("RECURRENCE-ID:20260303T100000Z", "DTSTART:20260305T140000Z")),
			[]string{"20260302T100000Z 0302T1000 -", "20260303T100000Z 0305T1400 -"}},
		"invited to one only": {calendar(event("RECURRENCE-ID:20260303T100000Z", "DTSTART:20260305T140000Z")), []string{"20260303T100000Z 0305T1400 -"}},
		"days that repeat":    {calendar(event("DTSTART;VALUE=DATE:20260627", "RRULE:FREQ=WEEKLY")), []string{"20260627 0627T0000 0628T0000"}},
		"since a year":        {calendar(event("DTSTART:20250601T100000Z", "RRULE:FREQ=MONTHLY;BYDAY=1MO")), []string{"20260105T100000Z 0105T1000 -", "20260202T100000Z 0202T1000 -", "20260302T100000Z 0302T1000 -", "20260406T100000Z 0406T1000 -", "20260504T100000Z 0504T1000 -", "20260601T100000Z 0601T1000 -"}},
		"a zone of its own": {calendar(outlook, event(`DTSTART;TZID="W. Europe Standard Time":20260328T210000`, "RRULE:FREQ=DAILY;COUNT=2")),
			[]string{"20260328T200000Z 0328T2000 -", "20260329T190000Z 0329T1900 -"}},
		"an unknown zone":     {calendar(event("DTSTART;TZID=Mars/Olympus:20260302T100000")), []string{`Its time zone "Mars/Olympus" is not known and it does not say what it is.`}},
		"every second":        {calendar(event("DTSTART:20260302T100000Z", "RRULE:FREQ=SECONDLY")), []string{"It repeats every hour or more often."}},
		"for ever, many":      {calendar(event("DTSTART:20260302T100000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17")), []string{"It repeats more than 1500 times within the time that is shown."}},
		"never":               {calendar(event("DTSTART:20260302T100000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")), []string{"20260302T100000Z 0302T1000 -"}},
		"backwards":           {calendar(event("DTSTART:20260302T100000Z", "DTEND:20260302T090000Z")), []string{"It ends before it begins."}},
		"no beginning":        {calendar(event("SUMMARY:x")), []string{"It has no DTSTART."}},
		"nonsense":            {calendar(event("DTSTART:20260231T100000Z")), []string{"Its DTSTART is no date or time."}},
		"cut":                 {calendar(event("DTSTART:20260302T100000Z"))[:len(calendar(event("DTSTART:20260302T100000Z")))-15], []string{"It is cut: it ends in the middle."}},
		"another charset":     {calendar(event("DTSTART:20260302T100000Z", "SUMMARY:M\xfcller")), []string{"It is not in UTF-8, so its letters cannot be told."}},
		"a line without name": {calendar(event("DTSTART:20260302T100000Z", "this is text")), []string{"Line 6 has no name and value."}},
		"two events": {calendar(event("DTSTART:20260302T100000Z"), strings.Replace(event("DTSTART:20260303T100000Z"), "UID:one", "UID:two", 1)),
			[]string{"0 0302T1000 -", "1 0303T1000 -"}},
	} {
		if got := unrolled(t, c.data); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

// outlook is a time zone the way Outlook writes one.
const outlook = "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\n" +
	"BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n" +
	"BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

func TestTextIsUnfoldedAndUnescaped(t *testing.T) {
	t.Parallel()
	root, err := ical.Parse(calendar(event("SUMMARY;LANGUAGE=de;X=\"a:b\":Gr\r\n \xc3\xb6\r\n\t\xc3\x9fer\\, besser\\n\\\\o/", `CATEGORIES:A\,B, C ,,D`)))
	if err != nil {
		t.Fatal(err)
	}
	summary, _ := root.Parts[0].Get("SUMMARY")
	if got := ical.Text(summary.Value); got != "Größer, besser\n\\o/" || summary.Param("X") != "a:b" {
		t.Errorf("%q %v", got, summary.Params)
	}
	if got := ical.List(root.Parts[0].Value("CATEGORIES")); !slices.Equal(got, []string{"A,B", "C", "D"}) {
		t.Errorf("%q", got)
	}
}

func TestAnEditChangesNoOtherByte(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"\r\n", "\n"} {
		before := strings.ReplaceAll("BEGIN:VCALENDAR\nX-ODD;A=\"b\":  kept\nBEGIN:VEVENT\nUID:one\nDESCRIPTION:long\n er\nsummary:low\n"+
			"BEGIN:VALARM\nDESCRIPTION:alarm\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n", "\n", end)
		root, err := ical.Parse([]byte(before))
		if err != nil {
			t.Fatal(err)
		}
		e := ical.NewEditor([]byte(before))
		p, _ := root.Parts[0].Get("DESCRIPTION")
		e.Replace(p, p.Line(p.Value+"!", "", ""))
		e.Append(root.Parts[0], "COMMENT:"+strings.Repeat("ö", 60))
		got := string(e.Bytes())
		want := strings.Replace(before, "DESCRIPTION:long"+end+" er"+end, "DESCRIPTION:longer!"+end, 1)
		want = strings.Replace(want, "END:VEVENT", "COMMENT:"+strings.Repeat("ö", 33)+end+" "+strings.Repeat("ö", 27)+end+"END:VEVENT", 1)
		if got != want {
			t.Errorf("got\n%q\nwant\n%q", got, want)
		}
	}
}

func FuzzNothingCrashesIt(f *testing.F) {
	f.Add(calendar(outlook, event(`DTSTART;TZID="W. Europe Standard Time":20260328T210000`, "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260329T190000Z")))
	f.Add(calendar(event("DTSTART:20260302T100000Z", "RRULE:FREQ=WEEKLY;BYDAY=-1SU;BYSETPOS=-9;INTERVAL=-1;WKST=MO", "RDATE;VALUE=PERIOD:20260302T100000Z/PT1H")))
	f.Add(calendar(event("DTSTART;VALUE=DATE:20260302", "DURATION:P9W", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260302")))
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := ical.Parse(data)
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a word")
			}
			return
		}
		list, problems := ical.Occurrences(root, time.UTC, window)
		if len(list) > ical.MaxOccurrences*(len(root.Parts)+1) {
			t.Errorf("%d occurrences (%v)", len(list), problems)
		}
	})
}
