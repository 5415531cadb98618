package demo

import (
	"fmt"
	"strings"
	"time"

	"portico/connectors/native/caldav/ical"
	"portico/connectors/vendorfake/caldav"
)

// Dates is what the fake calendar server is called in the portal; its user opens it.
const (
	Dates         = "Team calendar"
	DatesUser     = "portal"
	DatesPassword = "calendar-demo"
)

// date is an event of the practice's calendars, so many days from now at a time of
// the practice's day; hours 0 is a whole day.
type date struct {
	folder, title, text, place string
	day                        int
	at                         string
	hours                      int
	clients                    []int
	status                     string
}

var calendars = [][2]string{{"maintenance", "Maintenance"}, {"meetings", "Meetings"}}

var dates = []date{
	{folder: "maintenance", title: "Core switches in Hamburg: firmware", text: "Halls 1 to 4 have no network in that time. The gates open by key.", place: "Hamburg, racks 1 and 2", day: 3, at: "22:00", hours: 4, clients: []int{nordwindAt}},
	{folder: "maintenance", title: "Mail server: monthly updates", text: "Mail arrives up to twenty minutes late.", day: 9, at: "20:00", hours: 1, clients: []int{nordwindAt, brightwaterAt, valeAt}},
	{folder: "maintenance", title: "Firewall replacement in Gdańsk", text: "The depot is offline for about ten minutes.", place: "Gdańsk, rack 1", day: 13, at: "18:00", hours: 2, clients: []int{nordwindAt}},
	{folder: "meetings", title: "Quarterly review", text: "What was done, what it cost, what comes next.", place: "Video", day: 6, at: "10:00", hours: 1, clients: []int{nordwindAt}},
	{folder: "meetings", title: "Printer training", day: 8, at: "14:00", hours: 1, clients: []int{nordwindAt}, status: "CANCELLED"},
	{folder: "meetings", title: "Company holiday: emergencies only", text: "The emergency number is answered as on weekends.", day: 24, clients: []int{nordwindAt, brightwaterAt, valeAt}},
	{folder: "maintenance", title: "X-ray network: new switch", text: "Imaging pauses for half an hour after closing time.", place: "Suite 200", day: 4, at: "23:00", hours: 1, clients: []int{brightwaterAt}},
	{folder: "maintenance", title: "File shares move to the new NAS", text: "Please save and close all drawings by then.", place: "Studio", day: 4, at: "19:00", hours: 6, clients: []int{valeAt}},
}

// FillDates puts the practice's calendars into an empty server.
func FillDates(f *caldav.Fake, now time.Time) error {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return fmt.Errorf("read the zone of the demo: %w", err)
	}
	for _, c := range calendars {
		f.AddCalendar(c[0], c[1])
	}
	for i, d := range dates {
		f.Put(d.folder, fmt.Sprintf("demo-%d.ics", i+1), d.object(now.In(zone), i+1))
	}
	return nil
}

// object is the event as iCalendar (RFC 5545).
func (d date) object(now time.Time, n int) string {
	const moment = "20060102T150405Z"
	y, m, at := now.AddDate(0, 0, d.day).Date()
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Halden IT//Demo//EN", "BEGIN:VEVENT", fmt.Sprintf("UID:demo-%d@halden.example", n),
		"DTSTAMP:" + now.UTC().Format(moment), "SUMMARY:" + ical.Escape(d.title)}
	if d.hours == 0 {
		lines = append(lines, "DTSTART;VALUE=DATE:"+time.Date(y, m, at, 0, 0, 0, 0, time.UTC).Format("20060102"))
	} else {
		hour, _ := time.Parse("15:04", d.at)
		start := time.Date(y, m, at, hour.Hour(), hour.Minute(), 0, 0, now.Location())
		lines = append(lines, "DTSTART:"+start.UTC().Format(moment), "DTEND:"+start.Add(time.Duration(d.hours)*time.Hour).UTC().Format(moment))
	}
	var clients []string
	for _, c := range d.clients {
		clients = append(clients, ical.Escape(Accounts[c].Name))
	}
	lines = append(lines, "CATEGORIES:"+strings.Join(clients, ","))
	for name, text := range map[string]string{"DESCRIPTION": d.text, "LOCATION": d.place, "STATUS": d.status} {
		if text != "" {
			lines = append(lines, name+":"+ical.Escape(text))
		}
	}
	return strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}

// Category is what a client is called in the calendars.
func Category(account int) string { return strings.ToLower(Accounts[account].Name) }
