package ui

import (
	"slices"

	"portico/sync/access"
	"portico/sync/record"
)

// section is a family of pages that is there when a connection of the account
// brings one of its kinds and the reader sees that.
type section struct {
	path  string // below the account, and its name in the catalogue
	icon  Icon
	kinds []record.Kind
}

var sections = []section{
	{"calendar", IconCalendar, []record.Kind{record.KindEvent, record.KindContract, record.KindProject, record.KindInvoice}},
	{"contracts", IconContract, []record.Kind{record.KindContract}},
	{"projects", IconProject, []record.Kind{record.KindProject}},
	{"documents", IconFolder, []record.Kind{record.KindDocument}},
}

// Sections are the doors to what connections of the account bring and the reader
// sees; base is AccountPath.
func (c *Chrome) Sections(s access.Scope, base string, fed []record.Kind) []NavItem {
	var out []NavItem
	for _, part := range sections {
		if slices.ContainsFunc(part.kinds, func(k record.Kind) bool { return s.Sees(k) && slices.Contains(fed, k) }) {
			out = append(out, NavItem{Label: c.T("nav." + part.path), Href: base + part.path, Icon: part.icon})
		}
	}
	return out
}

// barDoors is how many doors the bar of a phone holds beside the menu.
const barDoors = 5

// bar parts the navigation of a phone into what stands in its bar and what its
// menu holds.
func (c *Chrome) bar() (doors, rest []NavItem) {
	if len(c.Nav) <= barDoors {
		return c.Nav, nil
	}
	return c.Nav[:barDoors-1], c.Nav[barDoors-1:]
}
