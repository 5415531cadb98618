package demo

import (
	"time"

	"portico/connectors/vendorfake/shelf"
	"portico/connectors/vendorfake/stripe"
)

// Billing is what the fake Stripe is called in the portal, and BillingKey opens it.
const (
	Billing    = "Stripe"
	BillingKey = "rk_demo"
)

// Payer is what a client is called in the fake Stripe: customers come first, in the
// order of Accounts.
func Payer(account int) string { return stripe.ID(stripe.Customers, account+1) }

// item is a position of a bill or of an offer; amounts are cents.
type item struct {
	text     string
	quantity int
	net      int
}

// bill is an invoice; days are from now.
type bill struct {
	account          int
	number, currency string
	title            string
	tax              int // percent
	issued, due      int
	paid             int // cents of it
	settled          int // days from now, of what is paid
	closed           bool
	items            []item
}

// offer is a quote; days are from now.
type offer struct {
	account                 int
	number, currency, title string
	tax                     int // percent
	issued, until           int
	status                  string
	items                   []item
}

// agreement is a subscription; days are from now.
type agreement struct {
	account        int
	name, currency string
	interval       string
	cents          int
	quantity       int
	start, renewal int
	ended          int // 0 runs on
}

const (
	nordwindAt = iota
	brightwaterAt
	valeAt
)

var bills = []bill{
	{account: nordwindAt, number: "INV-10402", currency: "eur", title: "Docks for hand scanners", tax: 19, issued: -50, due: -36, items: []item{{"Charging dock, four slots", 2, 35176}}},
	{account: nordwindAt, number: "INV-10471", currency: "eur", title: "Network of the Gdańsk depot", tax: 19, issued: -26, due: -12, paid: 119000, settled: -9, items: []item{{"Firewall, set up and shipped", 1, 89000}, {"Work on site, one day", 8, 111000}}},
	{account: nordwindAt, number: "INV-10482", currency: "eur", title: "Managed Workplace, this month", tax: 19, issued: -13, due: 1, items: []item{{"Managed Workplace, seats", 58, 313200}, {"Hours above the monthly allowance", 4, 38000}, {"Backup of servers and mail", 1, 57990}}},
	{account: nordwindAt, number: "INV-10490", currency: "eur", title: "Access points for hall 3", tax: 19, issued: -2, due: 12, items: []item{{"Access point, with mounting", 2, 83600}, {"Survey and installation", 1, 183900}}},
	{account: nordwindAt, number: "INV-10488", currency: "usd", title: "Carrier portal, yearly licence", issued: -9, due: 23, items: []item{{"Licence, ten users", 10, 187500}}},
	{account: nordwindAt, number: "INV-10455", currency: "eur", title: "Managed Workplace, last month", tax: 19, issued: -43, due: -29, closed: true, settled: -31, items: []item{{"Managed Workplace, seats", 57, 307800}, {"Backup of servers and mail", 1, 57990}}},
	{account: nordwindAt, number: "INV-10413", currency: "eur", title: "Managed Workplace", tax: 19, issued: -74, due: -60, closed: true, settled: -63, items: []item{{"Managed Workplace, seats", 57, 307800}, {"Backup of servers and mail", 1, 57990}}},
	{account: brightwaterAt, number: "INV-20117", currency: "usd", title: "Care plan, suite 200", issued: -10, due: 4, items: []item{{"Care plan, workstations", 14, 98000}, {"Imaging server, monitoring", 1, 21000}}},
	{account: brightwaterAt, number: "INV-20098", currency: "usd", title: "UPS batteries", issued: -40, due: -26, closed: true, settled: -30, items: []item{{"Battery set", 2, 31800}}},
	{account: valeAt, number: "INV-30051", currency: "gbp", title: "Studio support and CAD seats", tax: 20, issued: -20, due: -6, items: []item{{"Studio support", 1, 64000}, {"CAD licence server, seats", 3, 27000}}},
}

var offers = []offer{
	{account: nordwindAt, number: "QT-2026-121", currency: "eur", title: "Second internet line for the Gdańsk depot", tax: 19, issued: -3, until: 12, status: "open", items: []item{
		{"Fibre line 500 Mbit/s, twelve months", 12, 214800}, {"Router with automatic switch-over", 1, 64900}, {"Installation on site", 1, 48000}}},
	{account: nordwindAt, number: "QT-2026-117", currency: "eur", title: "Longer warranty for server HAM-SRV-01", tax: 19, issued: -9, until: 5, status: "open", items: []item{{"Warranty, next business day, two years", 1, 89000}}},
	{account: nordwindAt, number: "QT-2026-104", currency: "eur", title: "Sixty desk phones", tax: 19, issued: -75, until: -45, status: "open", items: []item{{"Desk phone", 60, 534000}}},
	{account: nordwindAt, number: "QT-2026-098", currency: "eur", title: "Access points for hall 3", tax: 19, issued: -90, until: -60, status: "accepted", items: []item{{"Access point, with mounting", 2, 83600}, {"Survey and installation", 1, 183900}}},
	{account: nordwindAt, number: "QT-2026-081", currency: "eur", title: "Video doorbell at gate 2", tax: 19, issued: -160, until: -130, status: "canceled", items: []item{{"Doorbell and licence", 1, 42000}}},
	{account: brightwaterAt, number: "QT-2026-119", currency: "usd", title: "Bigger volume for the backup", issued: -3, until: 20, status: "open", items: []item{{"Drives, 8 TB", 4, 119600}, {"Move of the backup jobs", 1, 36000}}},
	{account: valeAt, number: "QT-2026-115", currency: "gbp", title: "Faster line between the studios", tax: 20, issued: -6, until: 9, status: "open", items: []item{{"Radio link, set up", 1, 228000}}},
}

var agreements = []agreement{
	{account: nordwindAt, name: "Managed Workplace", currency: "eur", interval: "month", cents: 5400, quantity: 58, start: -700, renewal: 18},
	{account: nordwindAt, name: "Backup of servers and mail", currency: "eur", interval: "month", cents: 57990, quantity: 1, start: -500, renewal: 18},
	{account: nordwindAt, name: "Carrier portal licence", currency: "usd", interval: "year", cents: 187500, quantity: 1, start: -374, renewal: 356},
	{account: nordwindAt, name: "Phone exchange", currency: "eur", interval: "month", cents: 28900, quantity: 1, start: -1600, ended: -200},
	{account: brightwaterAt, name: "Care plan", currency: "usd", interval: "month", cents: 7000, quantity: 14, start: -420, renewal: 20},
	{account: valeAt, name: "Studio support", currency: "gbp", interval: "month", cents: 64000, quantity: 1, start: -900, renewal: 10},
}

// FillBilling puts what clients owe, have paid, are offered and have agreed to into
// an empty fake Stripe, with dates around now.
func FillBilling(f *stripe.Fake, now time.Time) {
	for i, a := range Accounts {
		if id := f.Shelf.Add(stripe.Customers, shelf.Values{"name": a.Company, "email": a.People[0].Email}); stripe.ID(stripe.Customers, id) != Payer(i) {
			panic("customers come first")
		}
	}
	for _, b := range bills {
		b.add(f, now)
	}
	for _, o := range offers {
		o.add(f, now)
	}
	for _, a := range agreements {
		a.add(f, now)
	}
}

func (b bill) add(f *stripe.Fake, now time.Time) {
	net, lines := listed(b.items)
	total := net + tax(net, b.tax)
	status, left := "open", total-b.paid
	if b.closed {
		status, left, b.paid = "paid", 0, total
	}
	id := f.Shelf.Add(stripe.Invoices, shelf.Values{
		"customer": Payer(b.account), "status": status, "currency": b.currency, "number": b.number, "description": b.title,
		"total": total, "subtotal": net, "total_excluding_tax": net, "amount_remaining": left, "amount_paid": b.paid,
		"effective_at": day(now, b.issued), "due_date": day(now, b.due), "lines": map[string]any{"data": lines},
	})
	f.Shelf.Date(id, days(now, float64(-b.issued)), days(now, float64(-b.issued)))
	if b.paid > 0 {
		paid := f.Shelf.Add(stripe.Payments, shelf.Values{
			"invoice": stripe.ID(stripe.Invoices, id), "status": "paid", "currency": b.currency, "amount_paid": b.paid,
			"payment": map[string]any{"type": "payment_record"}, "status_transitions": map[string]any{"paid_at": day(now, b.settled)},
		})
		f.Shelf.Date(paid, days(now, float64(-b.settled)), days(now, float64(-b.settled)))
	}
}

func (o offer) add(f *stripe.Fake, now time.Time) {
	net, lines := listed(o.items)
	var offered []any
	for i, l := range o.items {
		line := lines[i].(map[string]any)
		offered = append(offered, map[string]any{"object": "item", "description": l.text, "quantity": l.quantity, "amount_subtotal": line["amount"],
			"amount_tax": tax(l.net, o.tax), "amount_total": l.net + tax(l.net, o.tax)})
	}
	owed := 0
	for _, l := range o.items {
		owed += tax(l.net, o.tax)
	}
	id := f.Shelf.Add(stripe.Quotes, shelf.Values{
		"customer": Payer(o.account), "status": o.status, "currency": o.currency, "number": o.number, "description": o.title,
		"amount_subtotal": net, "amount_total": net + owed, "total_details": map[string]any{"amount_tax": owed},
		"expires_at": day(now, o.until), "line_items": map[string]any{"object": "list", "data": offered, "has_more": false},
	})
	f.Shelf.Date(id, days(now, float64(-o.issued)), days(now, float64(-o.issued)))
}

func (a agreement) add(f *stripe.Fake, now time.Time) {
	v := shelf.Values{
		"customer": Payer(a.account), "status": "active", "currency": a.currency, "description": a.name, "start_date": day(now, a.start),
		"items": map[string]any{"data": []any{map[string]any{"quantity": a.quantity, "current_period_end": day(now, a.renewal),
			"price": map[string]any{"unit_amount": a.cents, "nickname": a.name, "recurring": map[string]any{"interval": a.interval}}}}},
	}
	if a.ended != 0 {
		v["status"], v["ended_at"] = "canceled", day(now, a.ended)
	}
	f.Shelf.Add(stripe.Subscriptions, v)
}

// listed are positions as an invoice has them, and what they come to.
func listed(items []item) (net int, lines []any) {
	for _, i := range items {
		net += i.net
		lines = append(lines, map[string]any{"description": i.text, "quantity": i.quantity, "amount": i.net})
	}
	return net, lines
}

// tax is so many percent of an amount, to the cent.
func tax(net, percent int) int { return (net*percent + 50) / 100 }

// day is midnight UTC so many days from now, as Stripe writes times.
func day(now time.Time, n int) int64 {
	return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, n).Unix()
}
