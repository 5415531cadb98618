package demo

import "slices"

var requests = slices.Concat(nordwind, brightwater, valeHarbour, harbourLane)

var nordwind = []request{
	{queue: "Support", by: jonas, subject: "VPN for the Gdańsk depot", owner: marek, status: "stalled", age: 5, due: 4, device: "GDN-RT-01",
		text: "The new depot in Gdańsk opens on 1 December. Please set up VPN access for the team there.",
		said: []line{
			{by: marek, age: 4.1, status: "open", text: "Hello Jonas, the line in Gdańsk is up and tested at 480 Mbit/s.\n\nBefore I open remote access: should the depot get the full profile like Hamburg, or the smaller one that Bremen uses? With either one we can go live the day after your answer."},
			{by: marek, age: 4.05, private: true, text: "Licence count allows 12 more tunnels, checked with Lena."},
			{by: marek, age: 4, status: "stalled"},
		}},
	{queue: "Support", by: ines, subject: "Scanner dropouts in hall 3", owner: marek, status: "open", age: 4, due: 1, device: "SCAN-031",
		text: "The hand scanners lose the connection between hall 3 and hall 4, several times a day since last week.",
		said: []line{
			{by: marek, age: 3.2, status: "open", text: "We see the scanners clinging to the access point in hall 3. I will be on site tomorrow between 9 and 11 and replace two access points."},
			{by: ines, age: 3.1, text: "Thank you. Please ask for Mr Hansen at gate 2."},
			{by: lena, age: 2.5, private: true, text: "Two U6 Pro taken from stock, book them on the contract."},
		}},
	{queue: "Support", by: jonas, subject: "Laptop for Tomasz Zieliński, starts 1 December", owner: lena, status: "open", age: 3, due: 3,
		text: "New colleague in Gdańsk. Same set-up as mine, Polish keyboard. The list of all new users is attached.",
		said: []line{
			{by: jonas, age: 2.9, text: "Here is the list.", file: &userList},
			{by: lena, age: 2, status: "open", text: "The laptop is here and is being set up; we ship it to Poznań on Tuesday."},
		}},
	{queue: "Maintenance", by: ines, subject: "Core switches in Hamburg: firmware update", owner: marek, status: "open", age: 9, due: 2, device: "HAM-SW-01",
		text: "As agreed in the quarterly meeting: please update the core switches outside office hours.",
		said: []line{
			{by: marek, age: 8, status: "open", text: "Planned for Saturday 22:00 to Sunday 02:00. Halls 1 to 4 have no network in that time. I write when it is done."},
		}},
	{queue: "Billing", by: ines, subject: "What is the extra line on the October invoice?", owner: amara, status: "stalled", age: 6,
		text: "There is a line of 332.50 euro on the October invoice that I cannot place. Could you explain it?",
		said: []line{
			{by: amara, age: 5.5, status: "open", text: "Hello Ines, these are 3.5 hours above the monthly allowance: the depot network and the scanner tests. The breakdown is attached.\n\nIs that clear, or shall we talk about it?", file: &overage},
			{by: amara, age: 5.4, status: "stalled"},
		}},
	{queue: "Support", by: jonas, subject: "Printer in dispatch prints blank labels", owner: lena, status: "resolved", age: 21, device: "PRT-DSP-01",
		text: "Since this morning the label printer feeds but prints nothing.",
		said: []line{
			{by: lena, age: 20.8, status: "open", text: "Print head cleaned and driver replaced. Could you try once more?"},
			{by: jonas, age: 20.7, text: "Works, thank you."},
			{by: lena, age: 20.6, status: "resolved"},
		}},
	{queue: "Support", by: ines, subject: "Firewall rule for the customs broker", owner: amara, status: "resolved", age: 4.2, device: "HAM-FW-01",
		text: "Our customs broker needs access to the document server from one fixed address: 192.0.2.44.",
		said: []line{
			{by: amara, age: 4.1, status: "open", text: "The rule is in place and limited to that address. It took 20 minutes in all."},
			{by: amara, age: 4, status: "resolved"},
		}},
	{queue: "Support", by: ines, subject: "Suspicious mail in accounting", owner: lena, status: "resolved", age: 12,
		text: "Accounting received a mail with a wrong account number for a supplier. Nobody clicked anything.",
		said: []line{
			{by: lena, age: 11.9, status: "open", text: "Well spotted. The sender is blocked for everyone, and no other mailbox received it."},
			{by: lena, age: 11.8, status: "resolved"},
		}},
	{queue: "Support", by: ines, subject: "Meeting room screen stays dark", status: "new", age: 0.1,
		text: "The big screen in the meeting room shows no picture although the laptop finds it."},
}
