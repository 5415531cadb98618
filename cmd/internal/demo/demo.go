// Package demo is a made-up managed-IT practice, Halden IT, with three client
// companies, their people, requests and devices, as data. It is fed through the
// real connector from a fake Request Tracker that says it is one; nothing in it
// is a real person, company or device.
package demo

import (
	"time"

	"portico/connectors/vendorfake/requesttracker"
	"portico/sync/access"
)

// Provider is the firm whose portal the demo is.
const (
	Provider = "Halden IT"
	Colour   = "#0f5c63"
	Zone     = "Europe/Berlin"
)

// System is what the fake help desk is called in the portal.
const System = "Request Tracker"

// ServiceUser is the fake's user that only the connection uses.
const ServiceUser = "portal-service"

// Account is a client company: its name in the portal and in the source.
type Account struct {
	Name    string
	Company string // value of the source's Client field
	People  []Person
}

// Person is somebody to sign in as.
type Person struct {
	Name, Email string
	Role        access.Role // in the account, or among staff
	Zone        string
	About       string // one line for the sign-in list
}

// Accounts are the clients of the practice.
var Accounts = []Account{
	{Name: "Nordwind Logistik", Company: "Nordwind Logistik GmbH", People: []Person{
		{Name: "Ines Albrecht", Email: "ines.albrecht@nordwind.example", Role: access.Owner, Zone: "Europe/Berlin", About: "runs the office, sees everything of her company"},
		{Name: "Jonas Weber", Email: "jonas.weber@nordwind.example", Role: access.Contributor, Zone: "Europe/Berlin", About: "sees and answers his own requests"},
		{Name: "Petra Lindqvist", Email: "petra.lindqvist@nordwind.example", Role: access.Finance, Zone: "Europe/Berlin", About: "pays the invoices; requests are not shown to her"},
	}},
	{Name: "Brightwater Dental", Company: "Brightwater Dental Group", People: []Person{
		{Name: "Carla Reyes", Email: "carla.reyes@brightwater.example", Role: access.Owner, Zone: "America/New_York", About: "practice manager"},
	}},
	{Name: "Vale & Harbour Architects", Company: "Vale & Harbour Architects", People: []Person{
		{Name: "Owen Vale", Email: "owen.vale@valeharbour.example", Role: access.Owner, Zone: "Europe/London", About: "partner"},
	}},
}

// The threads of the tour: who is in it (client, colleague, whom the mistake
// misleads, administrator), what they are asked and what they reply to, and the
// company of the help desk that belongs to no client.
var (
	Cast     = []string{ines, jonas, owen, "amara.osei@halden.example"}
	Asked    = "14 replacement hand scanners"
	Replied  = "VPN for the"
	Stranger = "Harbour Lane Interiors"
	Misled   = "Vale & Harbour Architects"
)

// Staff work at the provider.
var Staff = []Person{
	{Name: "Amara Osei", Email: "amara.osei@halden.example", Role: access.Admin, Zone: Zone, About: "administrator at Halden IT, looks at every account"},
}

// agents answer in the help desk; they do not sign in to the portal.
var agents = []requesttracker.User{
	{Name: "marek.dvorak", Email: "marek.dvorak@halden.example", RealName: "Marek Dvořák", Organization: Provider, Access: requesttracker.Service},
	{Name: "amara.osei", Email: "amara.osei@halden.example", RealName: "Amara Osei", Organization: Provider, Access: requesttracker.Service},
	{Name: "lena.brandt", Email: "lena.brandt@halden.example", RealName: "Lena Brandt", Organization: Provider, Access: requesttracker.Service},
	{Name: ServiceUser, Email: "portal@halden.example", RealName: "Client portal", Organization: Provider, Access: requesttracker.Service},
}

// Fill puts the practice into an empty fake, with dates that lead up to now.
func Fill(f *requesttracker.Fake, now time.Time) {
	for _, a := range agents {
		f.AddUser(a)
	}
	for _, a := range Accounts {
		for _, p := range a.People {
			f.AddUser(requesttracker.User{Name: p.Email, Email: p.Email, RealName: p.Name, Organization: a.Company, Timezone: p.Zone})
		}
	}
	f.AddUser(stranger)
	ids := map[string]int{}
	for _, d := range devices {
		ids[d.name] = f.AddAsset(d.asset(now))
	}
	for _, t := range requests {
		f.AddTicket(t.ticket(now, ids))
	}
}

// days is so long before now, during office hours so that the story reads well.
func days(now time.Time, n float64) time.Time {
	return now.Add(-time.Duration(n * 24 * float64(time.Hour))).UTC().Truncate(time.Minute)
}

func companyOf(email string) string {
	for _, a := range Accounts {
		for _, p := range a.People {
			if p.Email == email {
				return a.Company
			}
		}
	}
	if email == stranger.Email {
		return Stranger
	}
	return ""
}
