package demo

import (
	"time"

	"portico/sync/access"
	"portico/sync/approval"
)

// Question is something that the practice asks a client to decide.
type Question struct {
	Account string // its name
	About   string // subject of the request that it is about
	Asker   string // mail address, of staff
	Title   string
	Text    string
	Name    string // of the file
	File    string // what is in it
	Roles   []access.Role
	People  []string // mail addresses
	Due     int      // days from now; 0 for no date
	// Answer is what By decided; "" while it waits.
	Answer approval.State
	By     string
	Reason string
}

// Questions are those of the practice: one waits, one was answered.
var Questions = []Question{
	{
		Account: "Nordwind Logistik", About: "Core switches in Hamburg: firmware update", Asker: "amara.osei@halden.example",
		Title: "Night window for the core switches", Roles: []access.Role{access.Owner},
		Text:   "Saturday 22:00 to Sunday 02:00. Halls 1 to 4 have no network in that time; the gates open by key.\n\nAfter your yes we announce it to everybody in the halls. Without it the update waits for the window in December.",
		Answer: approval.Approved, By: ines,
	},
	{
		Account: "Nordwind Logistik", About: "Scanner dropouts in hall 3", Asker: "amara.osei@halden.example",
		Title: "14 replacement hand scanners", Roles: []access.Role{access.Owner}, People: []string{jonas}, Due: 4,
		Text: "Replace the hand scanners of halls 1 to 4. The present ones get no more security updates after 31 December.\n\nNet €18,460.00, €21,967.40 with VAT. After your yes we order the same day; the price is then fixed. Without it nothing is ordered.",
		Name: "Quote Q-2026-118.csv",
		File: "item,quantity,amount\n\"Rugged hand scanner, 2D, with dock and strap\",14,15820.00\n\"Spare battery, one per two devices\",7,630.00\n\"Setup and rollout, two evenings after 20:00\",1,2010.00\nNet,,18460.00\nVAT 19 %,,3507.40\nTotal,,21967.40\n",
	},
}

// DueAt is when a question has to be decided: at the end of that working day.
func (q Question) DueAt(now time.Time) time.Time {
	if q.Due == 0 {
		return time.Time{}
	}
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		zone = time.UTC
	}
	y, m, d := now.In(zone).AddDate(0, 0, q.Due).Date()
	return time.Date(y, m, d, 18, 0, 0, 0, zone)
}
