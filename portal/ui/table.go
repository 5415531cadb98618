package ui

// Column heads a column of a table.
type Column struct {
	Label string
	End   bool // figures stand at the end of their cell
}

// Pager leads through a list.
type Pager struct {
	Text  string // what is shown of what: "1–50 of 312"
	First string // address of the first page; "" on the first page
	Next  string // address of the next page; "" on the last one
}

// Tab is one view of a list.
type Tab struct {
	Label, Href string
	Count       string // how much it shows, or ""
	Current     bool
}
