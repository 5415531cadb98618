package demo

import "portico/connectors/vendorfake/requesttracker"

var brightwater = []request{
	{queue: "Support", by: carla, subject: "X-ray workstation cannot reach the image server", owner: marek, status: "open", age: 0.8, due: 0.5, device: "XRAY-WS-02",
		text: "Imaging cannot open any pictures since 8 this morning. Patients are waiting.",
		said: []line{
			{by: marek, age: 0.75, status: "open", text: "We are on it. A switch port is down; the cable is being replaced at 14:00, and until then the second workstation is set up for you."},
		}},
	{queue: "Support", by: carla, subject: "Backup report shows two failed jobs", owner: amara, status: "stalled", age: 3, device: "BDG-NAS-01",
		text: "The weekly report says two of nine backup jobs failed. Should we worry?",
		said: []line{
			{by: amara, age: 2.6, status: "open", text: "Your data is safe, the jobs ran into the size limit of the old volume. May we delete the copies from before 2023? Then both jobs fit again."},
			{by: amara, age: 2.6, status: "stalled"},
		}},
	{queue: "Maintenance", by: carla, subject: "Replace the UPS batteries in suite 200", owner: marek, status: "open", age: 8, due: 5, device: "BDG-UPS-01",
		text: "The UPS has been beeping for two days.",
		said: []line{{by: marek, age: 7.6, status: "open", text: "New batteries are ordered and arrive on Thursday. We replace them after closing time."}}},
	{queue: "Support", by: carla, subject: "Front desk: new sign-in method for Dana", owner: lena, status: "resolved", age: 15, device: "NB-0210",
		text: "Dana has a new phone and cannot sign in any more.",
		said: []line{
			{by: lena, age: 14.9, status: "open", text: "Reset. Please register the new phone at the next sign-in; it takes a minute."},
			{by: lena, age: 14.8, status: "resolved"},
		}},
	{queue: "Support", by: carla, subject: "Second monitor for the hygienist room", owner: lena, status: "rejected", age: 40,
		text: "Could we get a second monitor there?",
		said: []line{
			{by: lena, age: 39.8, status: "open", text: "It is not part of the plan; we sent you a quote instead."},
			{by: lena, age: 39.7, status: "rejected"},
		}},
}

var valeHarbour = []request{
	{queue: "Support", by: owen, subject: "Plotter is stuck on A0 prints", owner: marek, status: "open", age: 2, due: 1, device: "VHA-PLT-01",
		text: "A0 jobs stay in the queue. We have a submission deadline on Friday.",
		said: []line{{by: marek, age: 1.8, status: "open", text: "The spooler ran out of memory with the new template. I am on it this afternoon; A1 works meanwhile."}}},
	{queue: "Maintenance", by: owen, subject: "Move the file shares to the new NAS", owner: amara, status: "open", age: 14, due: 4, device: "VHA-NAS-02",
		text: "Please plan the move so that the studio can work on Monday morning.",
		said: []line{{by: amara, age: 12, status: "open", text: "82 percent are copied ahead. The switch-over is planned for Saturday 18:00 GMT; on Monday everything is where it was."}}},
	{queue: "Billing", by: owen, subject: "Purchase order number missing on the invoice", owner: amara, status: "stalled", age: 4,
		text: "Our accountant returned the last invoice: it needs the purchase order number.",
		said: []line{
			{by: amara, age: 3.5, status: "open", text: "Of course. Which number shall we print?"},
			{by: amara, age: 3.5, status: "stalled"},
		}},
	{queue: "Support", by: owen, subject: "Three more seats on the licence server", owner: lena, status: "resolved", age: 25, device: "CAD-WS-05",
		text: "We need three more CAD seats from the first of the month.",
		said: []line{
			{by: lena, age: 24, status: "open", text: "Three seats are added and the licence file is renewed."},
			{by: lena, age: 24, status: "resolved"},
		}},
	{queue: "Support", by: owen, subject: "Accents and umlauts: Müller façade “naïve” ✓", owner: lena, status: "open", age: 1,
		text: "File names with accents look broken on the new share: Müller façade, 日本語.",
		said: []line{{by: lena, age: 0.9, status: "open", text: "Thank you for the examples. The share was mounted with the wrong character set; I correct it tonight."}}},
}

// stranger writes for a company that has a name like a client's and is not one.
var stranger = requesttracker.User{Name: "mia.lane@harbourlane.example", Email: "mia.lane@harbourlane.example", RealName: "Mia Lane", Organization: Stranger, Timezone: "Europe/London"}

var harbourLane = []request{
	{queue: "Support", by: stranger.Email, subject: "Quote for a new reception screen", owner: lena, status: "open", age: 2.2,
		text: "Could you quote a screen for our reception? It hangs above the sofa; the supplier's drawing says 1.4 metres.",
		said: []line{{by: lena, age: 2, status: "open", text: "Gladly. I measure on Tuesday and send the quote the day after."}}},
	{queue: "Billing", by: stranger.Email, subject: "Our discount of 12 percent", owner: amara, status: "stalled", age: 6,
		text: "The September invoice has it, the October one does not.",
		said: []line{{by: amara, age: 5, status: "stalled", text: "You are right, a new invoice is on its way. Is the address still the old one?"}}},
}
