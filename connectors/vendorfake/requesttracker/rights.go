package requesttracker

import "slices"

// seesTicket reports whether the caller may read a ticket.
func (c *call) seesTicket(t *ticket) bool {
	switch c.user.Access {
	case Service, Admin:
		return true
	case NoRights:
		return false
	}
	return slices.Contains(t.Requestor, c.user.Name) || slices.Contains(t.Cc, c.user.Name)
}

// seesTransaction reports whether the caller may read a transaction of an
// object that it may read: comments and records of mails are for staff.
func (c *call) seesTransaction(tx *transaction) bool {
	if tx.ObjectType == onAsset {
		return c.staff()
	}
	switch tx.Type {
	case "Comment", "CommentEmailRecord", "EmailRecord":
		return c.staff()
	}
	t := c.ticketByID(tx.ObjectID)
	return t != nil && c.seesTicket(c.ticketByID(t.Effective))
}

// staff reports whether the caller works with everything.
func (c *call) staff() bool { return c.user.Access == Service || c.user.Access == Admin }
